"""Machines that vagrant-libvirt made: refused where they would be made twice, and taken over."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from serai.loaders.vagrantfile.made import Made
from serai.run.adopt_vagrant import adopt, of_project, refusal
from serai.run.refusals import of_vagrant
from serai.run.workspace import Workspace
from serai.spec.machine import Machine
from serai.spec.provision import Provision, Shell
from serai.util.errors import Code, SeraiError

UUID = "6ba7b810-9dad-41d1-80b4-00c04fd430c8"
WEB = Machine(name="web", provider="libvirt", provision=[Provision(shell=Shell(inline="true"))])


class Libvirt:
    """A driver that knows domains by UUID, and notes what it takes and marks."""

    def __init__(self, **domains: str) -> None:
        self.domains = domains
        self.taken: list[tuple[str, str, Machine]] = []
        self.marked: dict[str, Any] = {}

    def domain_of(self, uuid: str, uri: str | None) -> str:
        return self.domains.get(uuid.replace("-", ""), "")

    def take(self, domain: str, name: str, uri: str | None, described: Machine) -> None:
        self.taken.append((domain, name, described))

    def mark(self, name: str, marks: dict[str, Any]) -> None:
        self.marked[name] = sorted(marks)


@pytest.fixture
def there(
    pretend: Callable[..., Workspace], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Workspace]:
    """A project with a Vagrantfile, whose machine web Vagrant has made."""

    def make(driver: Libvirt) -> Workspace:
        directory = tmp_path / ".vagrant/machines/web/libvirt"
        directory.mkdir(parents=True)
        (directory / "id").write_text(UUID)
        workspace = pretend(WEB)
        workspace.project = msgspec.structs.replace(workspace.project, machines={"web": WEB})
        workspace.file = tmp_path / "Vagrantfile"
        monkeypatch.setattr(workspace, "driver", lambda name: driver)
        return workspace

    return make


def driver() -> Libvirt:
    return Libvirt(**{UUID.replace("-", ""): "shop_web"})


def test_a_machine_that_vagrant_made_is_not_made_twice(there: Callable[..., Workspace]) -> None:
    (error,) = of_vagrant(there(driver()), [WEB])

    assert error.code is Code.REFUSED
    assert error.message == "web: Vagrant has made it already: it is the domain shop_web"
    assert error.hint == "serai adopt web takes it over, vagrant destroy web removes it"


def test_where_the_domain_is_gone_nothing_hinders(there: Callable[..., Workspace]) -> None:
    assert of_vagrant(there(Libvirt()), [WEB]) == []


def test_a_machine_of_another_provider_is_no_second_one(there: Callable[..., Workspace]) -> None:
    on_qemu = msgspec.structs.replace(WEB, provider="qemu")
    assert refusal(there(driver()), on_qemu, {"web": Made(UUID, None, False)}) is None


def test_a_project_without_a_vagrantfile_is_none_of_vagrants(tmp_path: Path) -> None:
    assert of_project(tmp_path / "serai.yaml") == {}


@pytest.mark.parametrize(("provisioned", "marked"), [(True, {"web": ["shell-1"]}), (False, {})])
def test_it_is_taken_as_its_file_describes_it(
    there: Callable[..., Workspace], provisioned: bool, marked: dict[str, list[str]]
) -> None:
    engine = driver()

    assert adopt(there(engine), "web", Made(UUID, None, provisioned)) == "shop_web"
    assert engine.taken == [("shop_web", "web", WEB)]
    assert engine.marked == marked


def test_a_domain_that_is_gone_cannot_be_taken(there: Callable[..., Workspace]) -> None:
    with pytest.raises(SeraiError, match="libvirt has no domain"):
        adopt(there(Libvirt()), "web", Made(UUID, None, False))
