"""What the provider says that it can do, and why not."""

from __future__ import annotations

import msgspec
import pytest

from serai.providers.contract import Feature
from serai.providers.libvirt import abilities
from serai.providers.libvirt.connect import close_all
from serai.providers.libvirt.driver import Libvirt
from serai.spec.disk import Disk
from serai.spec.machine import Machine
from serai.spec.network import Nic, PublicNic, UplinkNic
from serai.spec.raw import LibvirtRaw, Raw
from serai.util.errors import Code


def test_every_feature_is_there_or_has_a_reason(pretended: Libvirt) -> None:
    found = pretended.capabilities()
    assert found.has | found.why_not.keys() == set(Feature)
    assert all(reason for reason in found.why_not.values())
    assert "only pretended" in found.notes[0]


def test_a_libvirt_that_does_not_answer_can_do_nothing_and_says_why(pretended: Libvirt) -> None:
    scope = msgspec.structs.replace(
        pretended.scope, engines={"libvirt": ("qemu+unix:///system?socket=/nowhere/at/all",)}
    )
    found = Libvirt(scope).capabilities()
    assert found.has == frozenset()
    assert "does not answer" in found.why_not[Feature.CONSOLE]
    assert "systemctl start libvirtd" in found.why_not[Feature.CONSOLE]


def test_what_is_refused_names_the_machine(pretended: Libvirt) -> None:
    (problem,) = pretended.check(Machine(name="web"))
    assert problem.message.startswith("web: image: there is nothing to start from")


def test_a_libvirt_that_does_not_answer_is_the_refusal(pretended: Libvirt) -> None:
    uri = "qemu+unix:///system?socket=/nowhere/at/all"
    (problem,) = pretended.check(Machine(name="web", image="tiny", providers=Raw(libvirt=LibvirtRaw(uri=uri))))
    assert "does not answer" in problem.message


def test_a_network_that_libvirt_has_not_is_named_with_the_one_that_was_meant(pretended: Libvirt) -> None:
    nics = [
        Nic(public=PublicNic(network_name="defualt")),
        Nic(uplink=UplinkNic(network_name="default")),
    ]
    (problem,) = pretended.check(Machine(name="web", image="tiny", networks=nics))
    assert problem.code is Code.MISSING
    assert problem.message == "web: networks[0].public.network_name: libvirt has no network 'defualt'"
    assert "did you mean 'default'" in problem.hint


def test_a_pool_that_nobody_has_is_named_before_anything_is_made(pretended: Libvirt) -> None:
    disks = {"data": Disk(pool="defualt"), "more": Disk(pool="fast")}
    machine = Machine(name="web", image="tiny", disks=disks, providers=Raw(libvirt=LibvirtRaw(pool="slow")))
    found = {problem.message: problem for problem in pretended.check(machine)}
    assert set(found) == {
        "web: disks.data.pool: libvirt has no storage pool 'defualt'",
        "web: disks.more.pool: libvirt has no storage pool 'fast'",
        "web: providers.libvirt.pool: libvirt has no storage pool 'slow'",
    }
    assert all(problem.code is Code.MISSING for problem in found.values())
    assert "did you mean 'default'" in found["web: disks.data.pool: libvirt has no storage pool 'defualt'"].hint
    assert "pools: describes a new one" in found["web: disks.more.pool: libvirt has no storage pool 'fast'"].hint


def test_a_pool_that_the_project_describes_is_made_when_it_is_needed(pretended: Libvirt) -> None:
    described = Libvirt(msgspec.structs.replace(pretended.scope, pools=("fast",)))
    assert described.check(Machine(name="web", image="tiny", disks={"data": Disk(pool="fast")})) == []


@pytest.mark.engine
@pytest.mark.root
def test_a_file_of_the_users_that_is_not_there_is_refused_by_a_real_libvirt(
    libvirtd: str, pretended: Libvirt, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LIBVIRT_DEFAULT_URI", libvirtd)
    machine = Machine(name="web", image="tiny", disks={"data": Disk(path="gone.qcow2")})
    (problem,) = pretended.check(machine)
    assert problem.message == f"web: disks.data.path: {pretended.scope.root}/gone.qcow2 is not there"


@pytest.mark.engine
@pytest.mark.root
def test_a_real_libvirt_can_do_the_most(
    libvirtd: str, pretended: Libvirt, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LIBVIRT_DEFAULT_URI", libvirtd)
    try:
        found = pretended.capabilities()
    finally:
        close_all()
    assert {Feature.SNAPSHOT, Feature.PRIVATE_NETWORK, Feature.PUBLIC_NETWORK, Feature.CONSOLE} <= found.has
    assert found.has | found.why_not.keys() == set(Feature)


def test_without_virsh_there_is_no_console(monkeypatch: pytest.MonkeyPatch) -> None:
    from serai.providers.libvirt.site import Able

    monkeypatch.setenv("PATH", "")
    assert "apt install libvirt-clients" in abilities._missing("qemu:///system", Able())[Feature.CONSOLE]


@pytest.mark.usefixtures("without_root")
def test_a_session_says_that_it_has_no_networks() -> None:
    from serai.providers.libvirt.site import Able

    assert "qemu:///system" in abilities._missing("qemu:///session", Able())[Feature.PRIVATE_NETWORK]


def test_libvirts_containers_are_asked_of_their_own_driver(pretended: Libvirt) -> None:
    raw = Raw(libvirt=LibvirtRaw(uri="lxc+ssh://root@elsewhere/"))

    (problem,) = pretended.check(Machine(name="web", image="tiny", providers=raw))

    assert "a container's files are made on this host" in problem.message


def test_a_project_of_containers_alone_can_do_what_containers_can(pretended: Libvirt) -> None:
    only = msgspec.structs.replace(pretended.scope, engines={"libvirt": ("lxc:///",)})
    assert "takes none of containers" in Libvirt(only).capabilities().why_not[Feature.SNAPSHOT]

    both = msgspec.structs.replace(pretended.scope, engines={"libvirt": ("lxc:///", "")})
    assert Feature.SNAPSHOT in Libvirt(both).capabilities().has
