"""A change of a machine: done now, or defined and noted for its next start. Real guests: tests/e2e."""

from __future__ import annotations

from xml.etree import ElementTree

import msgspec
import pytest

from serai.providers.contract import Effect, Materials, Verdict
from serai.providers.libvirt import ledger
from serai.providers.libvirt.connect import opened
from serai.providers.libvirt.driver import Libvirt
from serai.providers.libvirt.observe import from_metadata
from serai.spec.cpu import Cpu
from serai.spec.disk import Disk
from serai.spec.machine import Machine
from serai.spec.memory import Memory
from serai.spec.raw import LibvirtRaw, Raw
from serai.util.errors import Code, SeraiError
from serai.util.units import GIB, KIB, MIB

WEB = Machine(name="web", provider="libvirt", memory=Memory(size=GIB), disks={"data": Disk(size=64 * MIB)})
LIVE, RESTART = Verdict(Effect.LIVE), Verdict(Effect.RESTART, "it is fixed at its start")


@pytest.fixture
def web(pretended: Libvirt) -> Libvirt:
    pretended.create(WEB, Materials())
    return pretended


def changed(**keys: object) -> Machine:
    return msgspec.structs.replace(WEB, **keys)


def defined(uri: str) -> ElementTree.Element:
    return ElementTree.fromstring(opened(uri).lookupByName("shop_web").XMLDesc(2))


def apply(provider: Libvirt, machine: Machine, materials: Materials | None = None, **keys: Verdict) -> None:
    verdicts = {key.replace("__", "."): verdict for key, verdict in keys.items()}
    provider.apply(machine, verdicts, materials=materials)


def test_what_waits_is_noted_and_defined_for_the_next_start(web: Libvirt, uri: str) -> None:
    web.start(WEB, Materials())
    apply(web, changed(memory=Memory(size=2 * GIB)), Materials(), memory__size=RESTART)

    assert web.observe()["web"].pending == {"memory.size": "it is fixed at its start"}
    assert int(defined(uri).findtext("memory") or 0) == 2 * GIB // KIB


def test_what_the_running_domain_has_no_room_for_waits_as_well(web: Libvirt) -> None:
    web.start(WEB, Materials())
    apply(web, changed(cpu=Cpu(count=4)), Materials(), cpu__count=LIVE)

    assert web.observe()["web"].pending == {"cpu.count": "libvirt: it was started with room for 1 CPUs"}


def test_a_machine_that_is_off_is_defined_anew(web: Libvirt, uri: str) -> None:
    machine = changed(memory=Memory(size=2 * GIB), providers=Raw(libvirt=LibvirtRaw(title="The inn")))
    apply(web, machine, Materials(), memory__size=LIVE, providers__libvirt__title=LIVE)

    assert defined(uri).findtext("title") == "The inn"
    assert web.observe()["web"].applied == machine
    assert web.observe()["web"].pending == {}


def test_a_disk_that_the_start_will_make_is_not_defined_before_it_is_there(web: Libvirt, uri: str) -> None:
    machine = changed(disks={**WEB.disks, "more": Disk(size=MIB)})
    apply(web, machine, Materials(), disks__more__size=RESTART)

    assert "more" not in {each.findtext("serial") for each in defined(uri).iterfind("devices/disk")}
    web.start(machine, Materials())
    assert "more" in {each.findtext("serial") for each in defined(uri).iterfind("devices/disk")}


def test_only_to_record_needs_no_materials(web: Libvirt, uri: str) -> None:
    machine = changed(keep=True)
    apply(web, machine)
    kept = from_metadata(opened(uri).lookupByName("shop_web"))

    assert kept is not None and kept.applied == machine
    assert ledger.made(web.scope, "web").applied == machine


def test_a_change_that_came_through_waits_no_more(web: Libvirt) -> None:
    web.start(WEB, Materials())
    apply(web, changed(cpu=Cpu(count=4)), Materials(), cpu__count=LIVE)
    apply(web, changed(cpu=Cpu(count=1)), Materials(), cpu__count=LIVE)

    assert web.observe()["web"].pending == {}


@pytest.mark.parametrize("effect", [Effect.RECREATE, Effect.IMMUTABLE])
def test_what_cannot_be_changed_in_place_is_refused(web: Libvirt, effect: Effect) -> None:
    with pytest.raises(SeraiError, match="image cannot be changed in place: made of it") as caught:
        apply(web, changed(image="debian:13"), image=Verdict(effect, "made of it"))

    assert caught.value.code is Code.REFUSED
