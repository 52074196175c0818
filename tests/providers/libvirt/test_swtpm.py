"""Where a TPM cannot be made, the error says what swtpm complained of, not only where that is to be read."""

from __future__ import annotations

from pathlib import Path

import pytest

from serai.providers.libvirt.swtpm import complaints, explained
from serai.util.errors import Code, SeraiError

WHAT = "web cannot be started"
BEFORE = """\
Starting vTPM manufacturing as root:root @ Thu 01 Oct 2026 09:50:28 AM UTC
An error of an earlier start.
Ending vTPM manufacturing @ Thu 01 Oct 2026 09:50:29 AM UTC
"""
RIGHTS = """\
Starting vTPM manufacturing as tss:tss @ Thu 01 Oct 2026 10:37:56 AM UTC
Successfully created RSA 2048 EK with handle 0x81010001.
  Invoking /usr/bin/swtpm_localca --type ek --dir /tmp/swtpm_setup.certs.8G06Y3
Need read/write rights on /var/lib/swtpm-localca/.lock.swtpm-localca for user tss.
swtpm_localca exit with status 1:\x20
An error occurred. Authoring the TPM state failed.
Ending vTPM manufacturing @ Thu 01 Oct 2026 10:37:57 AM UTC
"""


def error(log: Path) -> SeraiError:
    said = f"Could not run '/usr/bin/swtpm_setup'. exitstatus: 1; Check error log '{log}' for details"
    return SeraiError(Code.FAILED, f"{WHAT}: internal error: {said}", hint="serai logs web --engine")


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "web-swtpm.log"
    path.write_text(BEFORE + RIGHTS)
    return path


def test_keys_of_somebody_else_are_named_and_the_check_that_knows_the_way_out(log: Path) -> None:
    found = explained(error(log), WHAT, here=True)

    assert found.message == (
        "web cannot be started: its TPM cannot be made: "
        "Need read/write rights on /var/lib/swtpm-localca/.lock.swtpm-localca for user tss"
    )
    assert found.hint == "serai host check lv.tpm-ca"
    assert found.details == (
        "swtpm_localca exit with status 1:",
        "An error occurred. Authoring the TPM state failed.",
    )


def test_another_complaint_leads_to_its_log(log: Path) -> None:
    log.write_text("Starting vTPM manufacturing as tss:tss\nNo space left on device.\n")
    found = explained(error(log), WHAT, here=True)

    assert found.message == f"{WHAT}: its TPM cannot be made: No space left on device"
    assert found.hint == f"what it said: {log}"


def test_a_log_that_may_not_be_read_is_named(tmp_path: Path) -> None:
    before = error(tmp_path / "nowhere.log")
    found = explained(before, WHAT, here=True)

    assert (found.message, found.hint) == (before.message, f"what it said: {tmp_path}/nowhere.log")


@pytest.mark.parametrize("here", [True, False])
def test_what_is_of_another_cause_or_of_another_host_stays_as_it_is(log: Path, here: bool) -> None:
    before = error(log) if not here else SeraiError(Code.FAILED, f"{WHAT}: no bridge br9", hint="make it")

    assert explained(before, WHAT, here=here) is before


def test_a_run_that_went_well_has_no_complaints(log: Path) -> None:
    log.write_text(
        BEFORE + "Starting vTPM manufacturing as tss:tss\nSuccessfully authored TPM state.\nEnding vTPM\n"
    )

    assert complaints(log) == []
