"""What goes with a machine that is destroyed, and what stays: disks that serai made, and a person's own. Pure."""

from __future__ import annotations

from serai.spec.disk import DiskDevice
from serai.spec.machine import Machine

ROOT = "root"


def made(machine: Machine) -> tuple[str, ...]:
    """The disks whose data ends with the machine, the one of its image first."""
    named = {name for name, disk in machine.disks.items() if not disk.path and disk.device is DiskDevice.DISK}
    if of_container(machine) or (machine.image and not (ROOT in machine.disks and machine.disks[ROOT].path)):
        named.add(ROOT)
    return (*([ROOT] if ROOT in named else []), *(name for name in machine.disks if name in named - {ROOT}))


def of_container(machine: Machine) -> bool:
    """Whether it was built, or imported: a container without an image that is stated."""
    return machine.container is not None and bool(machine.container.build or machine.container.rootfs)


def own(machine: Machine) -> tuple[str, ...]:
    """Paths of disks that stay: files and devices that somebody else made."""
    disks = machine.disks.values()
    return tuple(disk.path for disk in disks if disk.path and disk.device is DiskDevice.DISK)


def question(machines: dict[str, Machine | None]) -> str:
    """What is asked before machines go: by name, each as it was last made (None: not known)."""
    names = ", ".join(machines)
    loses = [name for name, machine in machines.items() if machine is None or made(machine)]
    stays = ", ".join(path for machine in machines.values() if machine for path in own(machine))
    if not stays:
        return f"Destroy {names} and all that is on their disks?"
    if not loses:
        return f"Destroy {names}? What is on their disks stays: {stays}."
    gone = ", ".join(f"{name} ({', '.join(made(spec)) if (spec := machines[name]) else 'all'})" for name in loses)
    return f"Destroy {names} and all that is on the disks of {gone}? Your own stay: {stays}."
