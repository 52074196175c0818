"""The ansible_local provisioner: what goes into the guest, and how it runs there."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

from ansible_core import PLAYBOOK
from provision_guest import Guest
from serai.guest.exec import ExecTransport
from serai.providers.contract import ExecEndpoint
from serai.provisioners.ansible_local import is_shared, run
from serai.provisioners.job import Job
from serai.spec.folder import SyncedFolder
from serai.spec.machine import Machine
from serai.spec.provisioners.ansible import AnsibleLocal
from serai.util.errors import Code, SeraiError


class Told:
    """Runs blocks in a guest that is this host, whose Ansible is that of the tests."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.lines: list[str] = []
        (root / "shop" / "roles").mkdir(parents=True)
        (root / "shop" / "site.yml").write_text(PLAYBOOK)
        (root / "shop" / "large.img").write_text("not for the guest")
        (root / "out").mkdir()

    def __call__(self, machine: Machine | None = None, **options: Any) -> str:
        self.lines.clear()
        way = ExecTransport(ExecEndpoint(argv=("env", f"HOME={self.root}"), user="root"), "web")
        job = Job(
            key="local",
            machine=machine or Machine(name="web"),
            transport=way,
            root=self.root / "shop",
            out=self.lines.append,
        )
        extra = {"place": str(self.root / "out"), "ansible_python_interpreter": sys.executable}
        given = {"playbook": "site.yml", "provisioning_path": str(self.root / "play"), **options}
        given["extra_vars"] = extra | given.get("extra_vars", {})
        run(AnsibleLocal(**given), job)
        return "\n".join(self.lines)


@pytest.fixture
def told(tmp_path: Path, ansible: None) -> Told:
    return Told(tmp_path)


def test_a_playbook_runs_in_the_guest_and_then_has_nothing_to_do(told: Told) -> None:
    assert "changed=1" in told()
    assert (told.root / "out" / "web").read_text() == "port 80 on web\n"
    assert "changed=0" in told()


def test_only_what_a_playbook_may_need_goes_into_the_guest(told: Told) -> None:
    told(tags=["none"])

    assert sorted(path.name for path in (told.root / "play").iterdir()) == ["roles", "site.yml"]
    assert (told.root / ".serai-ansible").stat().st_mode & 0o777 == 0o700


def test_a_synced_folder_is_not_written_to(told: Told) -> None:
    machine = Machine(name="web", synced_folders=[SyncedFolder(source=".", target=str(told.root / "play"))])

    with pytest.raises(SeraiError, match=r"the guest has no site\.yml in") as failed:
        told(machine)
    assert failed.value.code is Code.INPUT


def test_a_failing_task_is_named(told: Told) -> None:
    with pytest.raises(SeraiError, match=r"task 'fail where it is wanted' failed on web: .*: it broke"):
        told(extra_vars={"broken": True})


@pytest.mark.parametrize(
    ("path", "shared"), [("/vagrant", True), ("/vagrant/play/", True), ("/vagrants", False), ("/srv", False)]
)
def test_what_lies_in_a_synced_folder_is_shared(path: str, shared: bool) -> None:
    machine = Machine(name="web", synced_folders=[SyncedFolder(source=".", target="/vagrant")])

    assert is_shared(machine, path) is shared


def played(guest: Guest, **options: Any) -> list[str]:
    """What ansible-playbook was called with, in a guest of stand-ins."""
    guest.stand_in("ansible-playbook", "echo 2.14.1")
    (guest.root / "site.yml").write_text(PLAYBOOK)
    place = str(guest.place)
    given = {"playbook": "site.yml", "provisioning_path": f"{place}/play", "tmp_path": f"{place}/tmp", **options}
    run(AnsibleLocal(**given), guest.job())
    return [line for line in guest.called() if "--limit" in line]


def test_a_place_may_end_with_a_slash(tmp_path: Path) -> None:
    guest = Guest(tmp_path)

    assert len(played(guest, provisioning_path=f"{tmp_path}/play/")) == 1
    assert [path.name for path in (tmp_path / "play").iterdir()] == ["site.yml"]


def test_a_playbook_of_an_absolute_path_is_the_guests(tmp_path: Path) -> None:
    guest = Guest(tmp_path)
    (tmp_path / "play").mkdir()

    (line,) = played(guest, playbook=str(guest.root / "site.yml"))
    assert str(guest.root / "site.yml") in line
    assert list((tmp_path / "play").iterdir()) == []
