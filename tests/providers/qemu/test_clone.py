"""A clone shares nothing with its source but what was on the disks."""

from __future__ import annotations

import msgspec
import pytest

from bare_metal import WEB, state, up
from serai.providers.contract import Mark, Materials, State
from serai.providers.qemu.driver import Qemu
from serai.providers.qemu.record import load
from serai.spec.machine import Machine
from serai.util.errors import Code, SeraiError

pytestmark = pytest.mark.engine

COPY = msgspec.structs.replace(WEB, name="copy")


def refused(qemu: Qemu, copy: Machine = COPY) -> SeraiError:
    with pytest.raises(SeraiError) as caught:
        qemu.clone("web", copy, Materials())
    assert caught.value.code is Code.REFUSED
    return caught.value


def test_a_clone_has_an_identity_of_its_own(qemu: Qemu) -> None:
    qemu.create(WEB, Materials())
    qemu.snapshot_save("web", "s")
    qemu.clone("web", COPY, Materials())
    one, two = load(qemu.directory("web")), load(qemu.directory("copy"))
    assert one and two
    assert one.uuid != two.uuid and one.instance_id != two.instance_id
    assert two.snapshots == ()
    qemu.start(COPY, Materials())
    assert state(qemu, "copy") is State.RUNNING


def test_its_disks_are_its_own_and_what_was_done_in_it_stays_done(qemu: Qemu) -> None:
    qemu.create(WEB, Materials())
    qemu.mark("web", {"shell": Mark("d", 1.0)})
    qemu.clone("web", COPY, Materials())
    qemu.destroy("web")
    record = load(qemu.directory("copy"))
    assert record and record.marks == {"shell": Mark("d", 1.0)}
    qemu.start(COPY, Materials())
    assert state(qemu, "copy") is State.RUNNING


def test_the_disks_of_a_running_machine_are_not_copied(qemu: Qemu) -> None:
    up(qemu)
    assert refused(qemu).hint == "serai halt web"
    assert list(qemu.observe()) == ["web"]


def test_a_machine_suspended_to_disk_is_not_copied_either(qemu: Qemu) -> None:
    up(qemu)
    qemu.suspend("web", to_disk=True)
    assert "web is not off" in refused(qemu).message


def test_an_existing_machine_is_never_overwritten(qemu: Qemu) -> None:
    qemu.create(WEB, Materials())
    qemu.create(COPY, Materials())
    before = load(qemu.directory("copy"))
    assert "copy exists already" in refused(qemu).message
    assert load(qemu.directory("copy")) == before
