"""Escape blocks: `providers: {qemu: …}`, passed on as they are, checked where their form is known."""

from enum import StrEnum
from typing import Annotated

from msgspec import Meta

from serai.spec.base import Duration, Spec


class Accel(StrEnum):
    AUTO = "auto"
    KVM = "kvm"
    TCG = "tcg"


class QemuRaw(Spec, frozen=True):
    """What only QEMU has."""

    accel: Annotated[Accel, Meta(description="auto: KVM when a probe guest runs in it, else TCG (HW-1)")] = (
        Accel.AUTO
    )
    machine: Annotated[str, Meta(pattern=r"^[A-Za-z0-9.,=_-]+$", description="-machine", examples=["q35"])] = "q35"
    binary: Annotated[str | None, Meta(description="the emulator's path")] = None
    display: Annotated[str, Meta(description="`none`, or a VNC socket in the machine's directory: `vnc`")] = "none"
    args: Annotated[list[str], Meta(description="further arguments, at the end, as they are")] = []


class FakeRaw(Spec, frozen=True):
    """Delays and faults of the `fake` provider."""

    delay: Annotated[
        dict[str, Duration], Meta(description="seconds an action takes", examples=[{"start": 0.5}])
    ] = {}
    fail: Annotated[dict[str, str], Meta(description="actions that fail, with the message")] = {}
    times: Annotated[
        int, Meta(ge=0, description="how often a failing action fails before it works; 0 is always")
    ] = 0


class Raw(Spec, frozen=True):
    """One block a provider."""

    qemu: QemuRaw = QemuRaw()
    fake: FakeRaw = FakeRaw()
