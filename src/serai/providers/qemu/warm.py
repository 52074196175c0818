"""Warm starts: a machine goes on from the memory and disks of the first one of its kind that was ready.

The first one keeps its memory in a file that it shares. Once it is ready it is stopped for a moment: its devices
are saved without the memory (`x-ignore-shared`), which stays where it is, and becomes a template
(qemu/template.py). It goes on as the first that is started from it: with the memory mapped privately, so that all
of them share what none of them has changed. Who a later one is it is told before it counts as ready
(guest/identity.py).
Source: QEMU, docs/devel/migration, ignore-shared; docs/specs/vmgenid.
"""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec

from serai.guest import identity
from serai.guest.records import all_by_dhcp
from serai.guest.seed import hostname
from serai.guest.tiny import host_lines
from serai.guest.transport import Transport
from serai.providers.contract import Image, Materials, Progress, Scope
from serai.providers.qemu import disks, gather, launch, links, memory, telling, template
from serai.providers.qemu.features import Features
from serai.providers.qemu.qmp import Qmp
from serai.providers.qemu.record import Hardware, Ram, Record, editing
from serai.providers.qemu.refusal import refuse
from serai.providers.qemu.render.memory import backed, size_of
from serai.providers.qemu.site import Link, LinkKind, RamFile
from serai.providers.qemu.template import Card, Template
from serai.spec.disk import DiskFormat
from serai.spec.folder import FolderType
from serai.spec.machine import Communicator, Machine
from serai.util.digest import sha256, token_hex
from serai.util.errors import SeraiError
from serai.util.files import private_dir
from serai.util.process import run, which

OWN = "ram"
"""The file that holds the memory of a machine which may become a template, in its directory."""


def why_not(machine: Machine, image: Image | None = None) -> tuple[str, str]:
    """(key, reason) of what in the spec forbids a warm start; two empty strings where nothing does."""
    devices, networks = machine.devices, machine.networks
    shares = [folder for folder in machine.synced_folders if folder.type is not FolderType.RSYNC]
    own = [name for name, disk in machine.disks.items() if disk.path or disk.is_drive]
    raw = [name for name, disk in machine.disks.items() if disk.format is not DiskFormat.QCOW2]
    reasons = {
        "image": not machine.image and "there is nothing that would be ready",
        "communicator": machine.communicator is Communicator.AGENT
        and "who is reached by an agent boots, as yet: communicator: ssh",
        "memory": backed(machine) and "the memory is laid out otherwise: leave hugepages, source and shared out",
        "memory.max": machine.memory.max is not None and "memory that is plugged in is in no template",
        "numa": bool(machine.numa.cells) and "the memory is laid out in nodes",
        "synced_folders": bool(shares) and "a share has no saved state: type: rsync",
        "devices.pci": bool(devices.pci) and "a device of the host has no saved state",
        "devices.usb": bool(devices.usb) and "a device of the host has no saved state",
        "devices.mdev": bool(devices.mdev) and "a device of the host has no saved state",
        "devices.tpm": devices.tpm is not None and "every machine has a TPM of its own",
        "devices.vsock": devices.vsock is not None and "a guest keeps the number that it was started with",
        f"disks.{(own or ['root'])[0]}": bool(own) and "a file of yours is in one machine only",
        f"disks.{(raw or ['root'])[0]}.format": bool(raw) and "only qcow2 stands on another disk",
        "networks": (
            any(nic.public for nic in networks) and "its address on the host's network would be there twice"
        )
        or (
            any(nic.private is not None and nic.private.ipv6 for nic in networks)
            and "its own IPv6 address would be lost"
        ),
    }
    if image is not None and image.seed == "none":
        reasons["image"] = f"{image.reference} reads no seed"
    return next(((key, text) for key, text in reasons.items() if text), ("", ""))


def fitted(machine: Machine) -> Machine:
    """The hardware of a warm start: without a balloon, which would take pages out of a file that others use."""
    return msgspec.structs.replace(machine, memory=msgspec.structs.replace(machine.memory, balloon=False))


def host_of(able: Features, accel: str) -> str:
    """What a template is tied to beside its machine: this QEMU, kernel and processor."""
    status = Path(able.binary).stat()
    flags = next(
        (line for line in Path("/proc/cpuinfo").read_text().splitlines() if line[:5] in ("flags", "Featu")), ""
    )
    parts = (able.binary, status.st_size, status.st_mtime_ns, able.version, accel, *os.uname()[2:], flags)
    return sha256(repr(parts).encode()).hexdigest()[:16]


def kind_of(machine: Machine, image: Image, materials: Materials, project: str, host: str) -> str:
    """32 hex digits over all that the guest has met until it was ready, but for who it is.

    The project is part of it: what a guest was told in one is no business of another.
    """
    cards = [
        msgspec.structs.replace(nic.private, address=None, mac=None, network="") if nic.private else nic.uplink
        for nic in machine.networks
        if nic.private or nic.uplink
    ]
    told = msgspec.structs.replace(
        machine,
        name="",
        hostname=None,
        aliases=[],
        provision=[],
        after={},
        hooks={},
        env={},
        networks=[],
        synced_folders=[],
        keep=False,
        warm=True,
        autostart=True,
        primary=False,
        halt_timeout=0.0,
        ready=msgspec.structs.replace(machine.ready, within=0.0),
    )
    parts = [project, host, image.digest, image.layer, told, cards, materials.user, sorted(materials.public_keys)]
    parts.append(identity.digest())
    return sha256(msgspec.json.encode(parts, order="deterministic")).hexdigest()[:32]


def find(scope: Scope, machine: Machine, image: Image | None, materials: Materials) -> tuple[str, Template | None]:
    """Its kind, and the template when there is one that is whole; no kind: this machine starts cold."""
    if machine.warm is False or image is None or why_not(machine, image)[0]:
        return "", None
    found = kind(scope, machine, image, materials)
    known = template.of_kind(found)
    if known is not None and template.whole(known):
        template.drop(known.key)
        known = None
    return found, known


def kind(scope: Scope, machine: Machine, image: Image, materials: Materials) -> str:
    return kind_of(machine, image, materials, scope.project_id, _host(machine, image))


def _host(machine: Machine, image: Image) -> str:
    able = gather.features_for(machine, image)
    return host_of(able, gather.accel_for(machine, gather.arch_of(machine, image), able.binary).name)


def make_disks(directory: Path, known: Template) -> None:
    """Overlays on the disks of the template."""
    (directory / "disks").mkdir(exist_ok=True, mode=0o700)
    for base in template.disks_of(known.key):
        _stand_on(base, directory / "disks" / base.name)
    if (variables := template.place(known.key) / "efivars.fd").exists():
        disks.copy_file(variables, directory / "efivars.fd")
        (directory / "efivars.fd").chmod(0o600)


def _stand_on(base: Path, target: Path) -> None:
    """Copy the empty overlay that the template has for that, which takes no program."""
    empty = base.parent.with_name(template.EMPTY) / base.name
    if not empty.exists():  # moments of forks have none
        _overlay(base, target)
        return
    part = target.with_name(f"{target.name}.new")
    shutil.copyfile(empty, part)
    part.chmod(0o600)
    part.rename(target)


def _overlay(base: Path, target: Path) -> None:
    part = target.with_name(f"{target.name}.new")
    qemu_img = which("qemu-img", "qemu-utils")
    run([qemu_img, "create", "-q", "-f", "qcow2", "-b", str(base), "-F", "qcow2", part])
    part.rename(target)


def reserve(directory: Path, machine: Machine) -> bool:
    """Make the file for the memory, with room on the disk for all of it; False: there is none."""
    path = directory / OWN
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    try:
        os.posix_fallocate(handle, 0, size_of(machine))
    except OSError:
        path.unlink(missing_ok=True)
        return False
    finally:
        os.close(handle)
    return True


def ram_file(hardware: Hardware | None, key: str) -> RamFile | None:
    """Where the memory is that QEMU is started with."""
    match hardware.ram if hardware else Ram.PLAIN:
        case Ram.OWN:
            return RamFile(OWN, shared=True)
        case Ram.TEMPLATE:
            return RamFile(str(template.place(key) / template.RAM))
        case Ram.FORK:
            from serai.providers.qemu.forking import memory_of

            return RamFile(RamFile.HANDED, handle=memory_of(key))
        case Ram.NAMED:
            return RamFile("")
        case _:
            return None


def load(
    qmp: Qmp,
    known: Template,
    cards: Sequence[Link],
    *,
    who: str,
    able: Features,
    meanwhile: Callable[[], None] = lambda: None,
) -> None:
    """Load the devices of a template; private networks stay cut off until the guest knows who it is.

    `meanwhile`: as in memory.load.
    """
    state = template.place(known.key) / template.STATE
    left_out = known.hardware.ram is Ram.TEMPLATE  # what a fork starts from has no word of the memory at all
    memory.load(  # its cards are about to be others, and then say so themselves
        qmp,
        state,
        who=who,
        migrate_file=able.migrate_file,
        ignore_shared=left_out,
        announced=False,
        meanwhile=meanwhile,
    )
    set_links(qmp, cards, up=False)


def set_links(qmp: Qmp, cards: Sequence[Link], *, up: bool) -> None:
    """Plug the cards of private networks in, or out."""
    for number, link in enumerate(cards):
        if link.kind is LinkKind.HUB:
            qmp.execute("set_link", {"name": f"net{number}", "up": up})


def is_maker(record: Record) -> bool:
    """Whether its memory is in a file that may become a template."""
    return record.hardware is not None and record.hardware.ram is Ram.OWN


def keep(
    scope: Scope, directory: Path, record: Record, materials: Materials, way: Transport, progress: Progress
) -> Template | None:
    """Make a template of a running machine that is ready. QEMU has ended afterwards, and the machine stands on it.

    None: another one was first, or it cannot be kept, and the machine runs on.
    """
    machine, image = record.applied, record.image
    assert machine is not None and image is not None and record.hardware is not None
    found = kind(scope, machine, image, materials)
    key = f"{found}-{token_hex(4)}"  # disks of a dropped one of this kind may still be stood on
    able = gather.features_for(machine, image)
    with template.held(changing=True):
        host = _host(machine, image)
        template.sweep(host)
        if template.of_kind(found) is not None:
            return None
        progress("keeping its memory for warm starts")
        place = private_dir(template.place(key))
        by_dhcp = all_by_dhcp(links.seed_nics(scope, machine, materials))
        with (
            telling.waiting(directory, way, anew=True, direct=by_dhcp) as waits,
            launch.connect(directory, record.name) as qmp,
        ):
            qmp.execute("stop")
            try:
                memory.save(
                    qmp,
                    place / template.STATE,
                    who=record.name,
                    migrate_file=able.migrate_file,
                    ignore_shared=True,
                )
            except BaseException:
                qmp.execute("cont")
                template.drop(key)
                raise
        from serai.providers.qemu.running import quit_process

        quit_process(directory, record)
        try:
            return _publish(scope, directory, record, materials, key, host, waits)
        except BaseException:
            template.drop(key)
            raise


def _publish(
    scope: Scope,
    directory: Path,
    record: Record,
    materials: Materials,
    key: str,
    host: str,
    waits: telling.Waits,
) -> Template:
    """Move the files of a machine that is off to the template, and have it stand on them."""
    machine, image, hardware = record.applied, record.image, record.hardware
    assert machine is not None and image is not None and hardware is not None
    place = template.place(key)
    (directory / OWN).rename(place / template.RAM)
    for name in (template.DISKS, template.EMPTY):
        (place / name).mkdir(exist_ok=True, mode=0o700)
    own = sorted((directory / "disks").glob("*.qcow2"))
    for path in own:
        (place / template.DISKS / path.name).hardlink_to(path)
        _overlay(place / template.DISKS / path.name, place / template.EMPTY / path.name)
    if (directory / "efivars.fd").exists():
        disks.copy_file(directory / "efivars.fd", place / "efivars.fd")
    names = [template.RAM, template.STATE]
    names += [f"{name}/{path.name}" for name in (template.DISKS, template.EMPTY) for path in own]
    names += ["efivars.fd"] if (place / "efivars.fd").exists() else []
    known = Template(
        key=key,
        host=host,
        image=image.reference,
        project_id=scope.project_id,
        image_digest=image.digest,
        hardware=msgspec.structs.replace(hardware, ram=Ram.TEMPLATE),
        at=time.time(),
        asked=machine.warm is True,
        hostname=hostname(machine),
        instance_id=record.instance_id,
        cards=cards_of(scope, machine, materials),
        hosts=host_lines(materials.hosts, hostname(machine)),
        seals={name: template.seal(place / name) for name in names},
        host_keys=waits.host_keys,
        direct=waits.direct,
    )
    with editing(directory) as kept:
        kept.template = key  # before its disks stand on it, so that nobody takes them away
    for path in own:  # before others find it: this machine writes to its own disks alone by then
        _stand_on(place / template.DISKS / path.name, path)
    template.write(known)
    return known


def cards_of(scope: Scope, machine: Machine, materials: Materials) -> tuple[Card, ...]:
    """Its cards, as the seed tells the guest of them."""
    return tuple(Card(nic.mac, nic.address or "") for nic in links.seed_nics(scope, machine, materials))


def check(machine: Machine) -> list[SeraiError]:
    """What the file states beside `warm` and does not go with it."""
    key, reason = why_not(machine) if machine.warm else ("", "")
    return [refuse("warm", f"{key} does not go with it: {reason}", "leave `warm` out, or mend it")] if key else []
