"""Xen's entry is written, waits for a reboot, and is read back from the hypervisor itself."""

from __future__ import annotations

from pathlib import Path

import pytest

from serai.host.changes.change import State
from serai.host.changes.xen_boot import XenBoot
from serai.host.reach.local import Local
from serai.util.process import Result

WORDS = ("dom0_mem=1024M,max:1024M", "dom0_max_vcpus=1")
CHANGE = XenBoot(
    path="/etc/default/grub.d/90-x.cfg", text="x\n", words=WORDS, runs=("update-grub",), waits="reboot"
)
LIST = "Name   ID  Mem VCPUs State Time(s)\nDomain-0  0 1024 1 r----- 9.0\n"


def host(root: Path, *, capabilities: str | None, line: str = "", domains: str = LIST) -> Local:
    """With `xl` as it would answer."""
    if capabilities is not None:
        (root / "proc/xen").mkdir(parents=True)
        (root / "proc/xen/capabilities").write_text(capabilities)
    (root / "etc/default/grub.d").mkdir(parents=True)

    def xl(argv, **_):
        return Result(tuple(argv), 0, domains if argv[1] == "list" else f"{line}\n", "")

    reach = Local(root, run=xl)
    reach.live = True
    CHANGE.do(reach, CHANGE.before(reach))
    return reach


@pytest.mark.parametrize(
    ("capabilities", "line", "state"),
    [
        (None, "", State.PENDING),
        ("", "", State.PENDING),
        ("control_d\n", "console=com1", State.PENDING),
        ("control_d\n", f"console=com1 {' '.join(WORDS)}", State.DONE),
    ],
)
def test_it_is_done_when_the_hypervisor_has_the_words(tmp_path, capabilities, line, state):
    seen = CHANGE.read_back(host(tmp_path, capabilities=capabilities, line=line))
    assert seen.state is state
    if state is State.PENDING:
        assert seen.why == "reboot"
        assert CHANGE.rebooted(seen).state is State.LOST


@pytest.mark.parametrize(
    ("default", "entry", "state"),
    [
        ("Debian GNU/Linux, with Xen hypervisor", "Debian GNU/Linux, with Xen hypervisor", State.PENDING),
        ("Debian GNU/Linux, with Xen hypervisor", "Debian GNU/Linux, with Xen 4.17 and Linux 6.1.0", State.LOST),
        ("0", "Debian GNU/Linux, with Xen hypervisor", State.LOST),
    ],
)
def test_a_default_that_is_no_entry_of_xens_is_named_before_the_reboot(tmp_path, default, entry, state):
    reach = host(tmp_path, capabilities=None)
    (tmp_path / "boot/grub").mkdir(parents=True)
    lines = [
        '   set default="${next_entry}"',
        f'   set default="{default}"',
        f"menuentry '{entry}' --class debian {{",
    ]
    (tmp_path / "boot/grub/grub.cfg").write_text("\n".join(lines))

    seen = CHANGE.read_back(reach)
    assert seen.state is state
    if state is State.LOST:
        assert seen.value == f"default: {default}"
        assert "20_linux_xen" in seen.why


def test_a_file_that_somebody_changed_is_lost(tmp_path):
    reach = host(tmp_path, capabilities=None)
    (tmp_path / "etc/default/grub.d/90-x.cfg").write_text("y\n")
    assert CHANGE.read_back(reach).state is State.LOST


def test_it_is_not_undone_while_guests_run(tmp_path):
    reach = host(tmp_path, capabilities="control_d\n", domains=f"{LIST}web  3 512 1 -b---- 1.0\n")
    assert CHANGE.conflict(reach, CHANGE.before(reach), None) == "web runs on Xen here"


def test_without_guests_it_is(tmp_path):
    reach = host(tmp_path, capabilities="control_d\n")
    assert CHANGE.conflict(reach, CHANGE.before(reach), None) == ""
    assert CHANGE.title() == f"boot Xen, with {' '.join(WORDS)}"
