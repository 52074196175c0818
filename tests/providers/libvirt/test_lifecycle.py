"""A machine's life on libvirt's test driver: what is made, defined, noted and removed."""

from __future__ import annotations

import pytest

from serai.providers.contract import Materials, State
from serai.providers.libvirt import ledger
from serai.providers.libvirt.connect import opened
from serai.providers.libvirt.driver import Libvirt
from serai.providers.libvirt.record import Phase
from serai.spec.disk import Disk
from serai.spec.machine import Machine
from serai.util.errors import Code, SeraiError
from serai.util.units import MIB

WEB = Machine(name="web", provider="libvirt", disks={"data": Disk(size=64 * MIB)})


def volumes(uri: str) -> list[str]:
    return sorted(opened(uri).storagePoolLookupByName("default").listVolumes())


def test_what_is_made_is_a_domain_and_its_volumes(pretended: Libvirt, uri: str) -> None:
    pretended.create(WEB, Materials())

    domain = opened(uri).lookupByName("shop_web")
    assert domain.UUIDString() == ledger.made(pretended.scope, "web").uuid
    assert volumes(uri) == ["shop-t1_web_data.qcow2"]
    assert "/default-pool/shop-t1_web_data.qcow2" in domain.XMLDesc(0)
    assert pretended.observe()["web"].state is State.STOPPED


def test_to_make_it_twice_changes_nothing(pretended: Libvirt, uri: str) -> None:
    pretended.create(WEB, Materials())
    before = ledger.load(pretended.scope, "web")
    pretended.create(WEB, Materials())

    assert ledger.load(pretended.scope, "web") == before


def test_what_a_killed_create_left_is_replaced(pretended: Libvirt, uri: str) -> None:
    pretended.create(WEB, Materials())
    record = ledger.made(pretended.scope, "web")
    first = record.instance_id
    record.phase = Phase.CREATING
    ledger.save(pretended.scope, record)
    assert pretended.observe()["web"].state is State.CREATING

    pretended.create(WEB, Materials())

    assert ledger.made(pretended.scope, "web").instance_id != first
    assert volumes(uri) == ["shop-t1_web_data.qcow2"]


def test_it_starts_pauses_goes_on_and_stops(pretended: Libvirt) -> None:
    pretended.create(WEB, Materials())
    pretended.start(WEB, Materials())
    assert pretended.observe()["web"].state is State.RUNNING
    assert pretended.failure("web") == ""
    pretended.suspend("web")
    pretended.suspend("web")
    assert pretended.observe()["web"].state is State.PAUSED
    pretended.resume("web")
    pretended.start(WEB, Materials())
    assert pretended.observe()["web"].state is State.RUNNING
    assert pretended.stop("web", budget=5) is True
    assert pretended.observe()["web"].state is State.STOPPED
    assert pretended.failure("web") == "it is off"


def test_a_memory_that_was_saved_is_loaded_by_start(pretended: Libvirt) -> None:
    pretended.create(WEB, Materials())
    pretended.start(WEB, Materials())
    pretended.suspend("web", to_disk=True)
    pretended.suspend("web", to_disk=True)
    assert pretended.observe()["web"].state is State.SUSPENDED
    pretended.start(WEB, Materials())
    assert pretended.observe()["web"].state is State.RUNNING


def test_to_halt_a_saved_machine_gives_its_memory_up(pretended: Libvirt) -> None:
    pretended.create(WEB, Materials())
    pretended.start(WEB, Materials())
    pretended.suspend("web", to_disk=True)
    pretended.stop("web", budget=1)
    assert pretended.observe()["web"].state is State.STOPPED


@pytest.mark.parametrize("act", ["suspend", "resume"])
def test_what_is_off_cannot_be_suspended_or_resumed(pretended: Libvirt, act: str) -> None:
    pretended.create(WEB, Materials())
    with pytest.raises(SeraiError, match="web") as caught:
        getattr(pretended, act)("web")
    assert caught.value.code is Code.FAILED
    assert caught.value.hint == "serai up web"


def test_a_disk_grows_with_the_next_start_and_never_shrinks(pretended: Libvirt, uri: str) -> None:
    pretended.create(WEB, Materials())
    volume = opened(uri).storagePoolLookupByName("default").storageVolLookupByName("shop-t1_web_data.qcow2")
    smaller = Machine(name="web", provider="libvirt", disks={"data": Disk(size=32 * MIB)})
    pretended.start(smaller, Materials())
    assert volume.info()[1] == 64 * MIB


def test_a_domain_that_somebody_undefined_is_defined_again_by_the_next_start(pretended: Libvirt, uri: str) -> None:
    pretended.create(WEB, Materials())
    opened(uri).lookupByName("shop_web").undefine()
    assert "undefined by another program" in pretended.observe()["web"].problem
    pretended.start(WEB, Materials())
    assert pretended.observe()["web"].state is State.RUNNING


def test_a_volume_of_that_name_is_never_overwritten(pretended: Libvirt, uri: str) -> None:
    pool = opened(uri).storagePoolLookupByName("default")
    pool.createXML("<volume><name>shop-t1_web_data.qcow2</name><capacity>1</capacity></volume>", 0)
    with pytest.raises(SeraiError, match="which no machine claims") as caught:
        pretended.create(WEB, Materials())
    assert "vol-delete" in caught.value.hint
    pretended.destroy("web")
    assert volumes(uri) == ["shop-t1_web_data.qcow2"]
