"""serai is killed (SIGKILL) in the middle of an act: what is left is told truthfully, the next act converges."""

from __future__ import annotations

import os
import shutil
import signal
import time

import pytest

from serai.providers.contract import Materials, State
from serai.providers.qemu import launch
from serai.providers.qemu.driver import Qemu
from serai.spec.device import Devices, Tpm
from serai.spec.disk import Disk
from serai.spec.machine import Machine
from serai.spec.memory import Memory
from serai.spec.network import Nic, UplinkNic, UplinkType
from serai.util.errors import SeraiError
from serai.util.units import MIB

WEB = Machine(name="web", memory=Memory(size=64 * MIB), disks={"data": Disk(size=16 * MIB)})
BESIDE = Machine(
    name="web",
    memory=Memory(size=64 * MIB),
    disks={"data": Disk(size=16 * MIB)},
    devices=Devices(tpm=Tpm()),
    networks=[Nic(uplink=UplinkNic(type=UplinkType.PASST))],
)
"""With processes beside its QEMU, each of which must go with it."""
MOMENTS = [0.0, 0.01, 0.03, 0.06, 0.12, 0.25, 0.5]
"""Seconds after which the act is killed; a whole life takes about one on an idle host."""


def act(qemu: Qemu, machine: Machine) -> None:
    qemu.create(machine, Materials())
    qemu.start(machine, Materials())
    qemu.snapshot_save("web", "s")
    qemu.suspend("web", to_disk=True)
    qemu.resume("web")
    qemu.destroy("web")


def killed_after(qemu: Qemu, machine: Machine, seconds: float) -> None:
    """Do the act in a child and kill it after so long."""
    child = os.fork()
    if child == 0:
        try:
            act(qemu, machine)
        finally:
            os._exit(0)
    handle = os.pidfd_open(child)
    launch.readable(handle, seconds)
    os.close(handle)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)


@pytest.mark.engine
@pytest.mark.slow
@pytest.mark.parametrize("machine", [WEB, BESIDE], ids=["alone", "beside"])
@pytest.mark.parametrize("seconds", MOMENTS)
def test_the_next_run_converges_after_a_kill(qemu: Qemu, seconds: float, machine: Machine) -> None:
    if machine is BESIDE and not (shutil.which("passt") and shutil.which("swtpm")):
        pytest.skip("only where there are passt and swtpm")
    killed_after(qemu, machine, seconds)
    seen = qemu.observe()
    if seen:
        assert seen["web"].state is not State.UNKNOWN
    qemu.create(machine, Materials())
    end = time.monotonic() + 10
    while True:
        try:
            qemu.start(machine, Materials())
            break
        except SeraiError:
            # A QEMU that the killed serai had just forked is not to be named yet.
            if time.monotonic() > end:
                raise
    assert qemu.observe()["web"].state is State.RUNNING
    try:
        if "s" in qemu.observe()["web"].snapshots:
            qemu.snapshot_delete("web", "s")
        qemu.snapshot_save("web", "s")
    except SeraiError as error:
        error.add_note((qemu.directory("web") / launch.LOG).read_text())  # why its QEMU ended, if it did
        raise
    qemu.destroy("web")
    assert qemu.observe() == {}
