"""What goes with a machine: Chef's node and client, where the block says so."""

from __future__ import annotations

from pathlib import Path

import pytest

from provision_guest import Guest
from serai.provisioners.leaving import leave
from serai.spec.machine import Machine
from serai.spec.provision import Provision, Shell

CLIENT = {"chef_server_url": "https://chef.example", "validation_key_path": "v"}


def left(guest: Guest, **keys: bool) -> list[str]:
    told: list[str] = []
    blocks = [
        ("shell-1", Provision(shell=Shell(inline="true"))),
        ("chef_client-1", Provision(tool={"chef_client": {**CLIENT, **keys}})),
    ]
    leave(blocks, Machine(name="web"), guest.root, guest.lines.append, told.append)
    return told


@pytest.fixture
def guest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Guest:
    guest = Guest(tmp_path / "guest")
    monkeypatch.setenv("PATH", str(guest.bin))
    return guest


def test_node_and_client_go_when_that_is_wanted(guest: Guest) -> None:
    guest.stand_in("knife")

    assert left(guest, delete_node=True, delete_client=True) == []
    assert guest.called() == ["knife node delete web --yes", "knife client delete web --yes"]


def test_nothing_goes_that_nobody_has_named(guest: Guest) -> None:
    guest.stand_in("knife")

    assert left(guest) == []
    assert guest.called() == []


def test_a_failure_is_told_for_the_machine_is_gone_already(guest: Guest) -> None:
    guest.stand_in("knife", "exit 1")

    assert left(guest, delete_node=True) == [
        "web: provision chef_client-1: knife ended with exit code 1: it stays, and is yours to remove"
    ]
