"""Salt: what is run, in which order, and how a failure is told."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from provision_options import Record, RecordedJob
from serai.provisioners import salt
from serai.spec.machine import Machine
from serai.spec.provisioners.salt import Salt
from serai.util.errors import SeraiError


def argvs(**keys: Any) -> list[str]:
    return [" ".join(call.argv) for call in salt.calls(Salt(**keys))]


def test_nothing_is_applied_unasked() -> None:
    assert argvs() == []


def test_a_minion_without_a_master() -> None:
    assert argvs(
        masterless=True, run_highstate=True, minion_id="web", pillar={"a": 1}, salt_call_args=["x=1"]
    ) == [
        "salt-call state.highstate --retcode-passthrough --local --id web --log-level=warning --no-color "
        '--state-verbose=False pillar={"a": 1} x=1'
    ]


def test_a_minion_asks_its_master_first() -> None:
    assert [line.split()[1] for line in argvs(run_highstate=True)] == ["saltutil.sync_all", "state.highstate"]


def test_a_master_applies_the_states_of_all_and_then_orchestrates() -> None:
    found = argvs(install_master=True, no_minion=True, run_highstate=True, orchestrations=["one", "two"])
    assert [line.partition(" --")[0] for line in found] == [
        "salt * saltutil.sync_all",
        "salt * state.highstate",
        "salt * saltutil.sync_all",
        "salt-run",
        "salt-run",
    ]
    assert found[-1].endswith("state.orchestrate two")


@pytest.mark.parametrize(
    ("keys", "names"),
    [
        ({}, ["salt-minion"]),
        ({"masterless": True}, []),
        ({"masterless": True, "run_service": True}, ["salt-minion"]),
        ({"run_service": False}, []),
        ({"install_master": True, "install_syndic": True, "no_minion": True}, ["salt-master", "salt-syndic"]),
    ],
)
def test_services(keys: dict[str, Any], names: list[str]) -> None:
    assert list(salt.services(Salt(**keys))) == names


def test_inputs_are_all_its_files() -> None:
    block = Salt(
        minion_config="a", seed_master={"m": "b"}, install_master=True, file_root="c", bootstrap_script="d"
    )
    found, _ = salt.inputs(block, Machine(name="web"))
    assert {"a", "b", "c", "d"} <= set(found)


@pytest.mark.parametrize(("code", "said"), [(2, "states have failed"), (9, "salt-call ended with exit code 9")])
def test_a_failure_is_told(tmp_path: Path, code: int, said: str) -> None:
    record = Record([{"to": "state.highstate", "code": code, "says": "Failed: 1"}])
    with pytest.raises(SeraiError, match=said) as failed:
        salt.run(Salt(masterless=True, run_highstate=True), RecordedJob(record, "salt", tmp_path))
    assert failed.value.details == ("Failed: 1",)
