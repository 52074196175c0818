"""Steps: the smallest things that a run does, journals, and can be killed between."""

from __future__ import annotations

from enum import StrEnum

import msgspec


class Act(StrEnum):
    IMAGE = "image"
    DESTROY = "destroy"
    CREATE = "create"
    START = "start"
    RESUME = "resume"
    APPLY = "apply"
    READY = "ready"
    SETTLE = "settle"
    SYNC = "sync"
    PROVISION = "provision"
    STOP = "stop"
    SUSPEND = "suspend"


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """`do` this `act` to `machine` once all of `needs` are done.

    `key` is the image or the block it is about, or MOUNTS.
    """

    id: str
    act: Act
    machine: str = ""
    key: str = ""
    needs: tuple[str, ...] = ()
    text: str = ""
    """Present participle, for a person: `creating`, `waiting for ssh`."""
    also: tuple[str, ...] = ()
    """`machine:key` of further blocks that are done by it."""


TEXT: dict[Act, str] = {
    Act.IMAGE: "getting the image",
    Act.DESTROY: "destroying",
    Act.CREATE: "creating",
    Act.START: "starting",
    Act.RESUME: "resuming",
    Act.APPLY: "changing",
    Act.READY: "waiting for the guest",
    Act.SETTLE: "setting up the guest",
    Act.SYNC: "copying folders",
    Act.PROVISION: "provisioning",
    Act.STOP: "stopping",
    Act.SUSPEND: "suspending",
}


MOUNTS = "mounts"
"""Key of a sync that copies nothing: it mounts the shares that a guest has lost in its sleep."""


def step(act: Act, machine: str, *needs: str, key: str = "") -> Step:
    """A step with the usual id and text."""
    name = f"{machine}/{act}" + (f":{key}" if key else "")
    text = f"{TEXT[act]} {key}" if act in (Act.PROVISION, Act.IMAGE) else TEXT[act]
    text = "mounting folders" if (act, key) == (Act.SYNC, MOUNTS) else text
    return Step(id=name, act=act, machine=machine, key=key, needs=tuple(needs), text=text)
