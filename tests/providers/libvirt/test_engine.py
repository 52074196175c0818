"""What runs the guests."""

from __future__ import annotations

import pytest

from serai.providers.contract import Image
from serai.providers.libvirt import engine
from serai.providers.libvirt.connect import close_all, opened
from serai.providers.probe import Accel
from serai.spec.image import Arch
from serai.spec.machine import Machine
from serai.spec.raw import Accel as Wanted
from serai.spec.raw import LibvirtRaw, Raw
from serai.util.errors import Code, SeraiError


def test_the_architecture_is_stated_or_the_images(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("platform.machine", lambda: "riscv64")
    assert engine.arch_of(Machine(arch=Arch.ARM64)) == "aarch64"
    assert engine.arch_of(Machine(), Image(reference="x", digest="", arch="amd64")) == "x86_64"
    assert engine.arch_of(Machine()) == "riscv64"


def test_the_test_driver_runs_nothing(uri: str) -> None:
    conn = opened(uri)
    assert engine.kind_for(conn, Machine(), "x86_64") == "test"
    assert engine.able_for(conn, Machine(), "test", "x86_64").qemu == 0


class System:
    """As much of a connection as the choice of the accelerator asks."""

    def getURI(self) -> str:
        return "qemu:///system"


def wanting(accel: Wanted) -> Machine:
    return Machine(name="web", providers=Raw(libvirt=LibvirtRaw(accel=accel)))


def test_kvm_is_taken_where_a_guest_runs_in_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "accel_for", lambda *_: Accel("kvm"))
    assert engine.kind_for(System(), wanting(Wanted.AUTO), "x86_64") == "kvm"
    assert engine.kind_for(System(), wanting(Wanted.TCG), "x86_64") == "qemu"


def test_kvm_that_was_demanded_and_is_not_there_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "accel_for", lambda *_: Accel("tcg", "there is no /dev/kvm"))
    assert engine.kind_for(System(), wanting(Wanted.AUTO), "x86_64") == "qemu"
    with pytest.raises(SeraiError, match="accel is kvm, but there is no /dev/kvm") as caught:
        engine.kind_for(System(), wanting(Wanted.KVM), "x86_64")
    assert caught.value.code is Code.REFUSED


@pytest.mark.engine
@pytest.mark.root
def test_a_real_libvirt_tells_emulator_architecture_and_user(libvirtd: str) -> None:
    try:
        assert "qemu" in engine.binary_for(libvirtd, "x86_64")
        assert engine.host_arch(libvirtd) in ("x86_64", "aarch64")
        assert engine.qemu_user(libvirtd)[0] >= 0
        foreign = "aarch64" if engine.host_arch(libvirtd) == "x86_64" else "x86_64"
        assert engine.accel_for(libvirtd, foreign).name == "tcg"
        able = engine.able_for(opened(libvirtd), Machine(), "qemu", "x86_64")
        assert able.can("devices/disk/bus=virtio")
    finally:
        close_all()
