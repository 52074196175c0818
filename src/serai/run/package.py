"""A stopped machine as a box: its disks flattened, a copy started once to take out what is its own, then packed.

The machine itself is only read. The copy runs under QEMU with the machine's first MAC, so that its network is up.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

import msgspec

from serai.images.boxes import pack
from serai.images.headers import qcow2
from serai.images.store import full_disk
from serai.providers.contract import ALIVE, Image, Materials, Progress, Scope, State
from serai.providers.qemu.driver import Qemu
from serai.run.materials import Stock
from serai.run.workspace import Workspace, gone
from serai.spec.machine import Machine
from serai.util.errors import Code, SeraiError
from serai.util.files import private_dir
from serai.util.process import run, which

HALT_BUDGET = 120.0
"""Seconds that the copy may take to power off."""
_CONVERT_SECONDS = 3600


class Extra(msgspec.Struct, frozen=True):
    """What a person puts into the box beside the disks."""

    include: tuple[Path, ...] = ()
    vagrantfile: Path | None = None
    info: Path | None = None


def package(
    workspace: Workspace,
    machine: Machine,
    target: Path,
    *,
    extra: Extra,
    version: int = 1,
    clean: bool = True,
    progress: Progress,
) -> None:
    """Write the box. `clean`: without the project's keys and the machine's identity.

    Raises Code.REFUSED when the machine runs or the file is there, Code.UNSUPPORTED for a provider whose disks are
    not at hand.
    """
    members = beside(machine, extra)
    if target.exists():
        raise SeraiError(Code.REFUSED, f"{target} is there already", hint="give another --output, or remove it")
    disks = disks_of(workspace, machine)
    with (
        tempfile.TemporaryDirectory(prefix=".serai-box-", dir=target.absolute().parent) as folder,
        full_disk(target.absolute().parent),
    ):
        flat = [
            _flatten(disk, Path(folder) / f"disk{number}.qcow2", progress) for number, disk in enumerate(disks)
        ]
        if clean:
            flat[0] = _cleaned(workspace, machine, flat[0], progress)
        sizes = [qcow2(disk) for disk in flat]
        pack.write(
            target, pack.libvirt(flat, sizes, members, architecture=machine.arch, version=version), progress
        )


def disks_of(workspace: Workspace, machine: Machine) -> list[Path]:
    """Files of the machine's disks that serai made, the root first. Raises unless it is off."""
    seen = workspace.observe([machine.name]).get(machine.name)
    if gone(seen):
        raise SeraiError(Code.FAILED, f"{machine.name} does not exist", hint=f"serai up {machine.name}")
    assert seen is not None
    if seen.state in ALIVE or seen.state is not State.STOPPED:
        raise SeraiError(
            Code.REFUSED, f"{machine.name} is {seen.state}: it must be off", hint=f"serai halt {machine.name}"
        )
    driver = workspace.driver(seen.provider)
    ask = getattr(driver, "disk_paths", None)
    if ask is None:
        raise SeraiError(
            Code.UNSUPPORTED,
            f"{machine.name}: the disks of the provider {seen.provider} cannot be packed",
            hint="serai package works for machines of qemu and of libvirt on this host",
        )
    found: list[Path] = ask(machine.name)
    return found


def beside(machine: Machine, extra: Extra) -> dict[str, bytes | Path]:
    """Members of the box that are no disks. Raises Code.INPUT for a file that is not there."""
    files = [*extra.include, *(path for path in (extra.vagrantfile, extra.info) if path)]
    for path in files:
        if not path.is_file():
            raise SeraiError(Code.INPUT, f"{path} is not a file", hint="name files that are to be in the box")
    members: dict[str, bytes | Path] = {"Vagrantfile": vagrantfile(machine, own=extra.vagrantfile is not None)}
    if extra.info:
        try:
            msgspec.json.decode(extra.info.read_bytes(), type=dict)
        except msgspec.MsgspecError as error:
            raise SeraiError(Code.INPUT, f"{extra.info} is no JSON object: {error}") from error
        members["info.json"] = extra.info
    if extra.vagrantfile:
        members["include/_Vagrantfile"] = extra.vagrantfile
    for path in extra.include:
        members[f"include/{path.name}"] = path
    return members


def vagrantfile(machine: Machine, *, own: bool) -> bytes:
    """What the box says of itself; a project's own Vagrantfile comes after it, and wins."""
    root = machine.disks.get("root")
    lines = ['Vagrant.configure("2") do |config|', "  config.vm.provider :libvirt do |libvirt|"]
    lines += [f'    libvirt.disk_bus = "{root.bus if root else "virtio"}"']
    if machine.firmware == "uefi":
        lines += ["    # It boots by UEFI: libvirt.loader names a firmware of the host."]
    lines += ["  end", "end"]
    if own:
        lines += ["", 'load File.expand_path("include/_Vagrantfile", __dir__)']
    return ("\n".join(lines) + "\n").encode()


def _flatten(disk: Path, target: Path, progress: Progress) -> Path:
    """What a raw disk holds is the guest's: it is never asked what the disk is, for it may name a file of ours."""
    progress(f"flattening {disk.name}")
    form = ["-f", disk.suffix[1:]] if disk.suffix in (".raw", ".qcow2") else []
    qemu_img = which("qemu-img", "qemu-utils")
    run([qemu_img, "convert", "-U", *form, "-O", "qcow2", disk, target], timeout=_CONVERT_SECONDS)
    return target


def _cleaned(workspace: Workspace, machine: Machine, flat: Path, progress: Progress) -> Path:
    """The disk after a start in which the guest was made anybody's."""
    from serai.guest.generic import script
    from serai.guest.pipe import as_root
    from serai.run.wait import wait_ready

    stock = Stock(workspace)
    image = stock_image(workspace, machine)
    user = machine.user or (image.user if image else "root")
    keys = stock.public_keys(machine)
    with tempfile.TemporaryDirectory(prefix="serai-p", dir="/tmp") as short:  # names of sockets must be short
        driver = Qemu(_scope(workspace.scope, Path(short)))
        base = Image(
            reference="package",
            digest="",
            arch=machine.arch or (image.arch if image else "amd64"),
            disk=flat,
            virtual_size=qcow2(flat),
            user=user,
            seed="none",
            firmware=image.firmware if image else ("bios", "uefi"),
        )
        copy = copy_of(machine)
        materials = Materials(image=base, user=user)
        try:
            driver.create(copy, materials, progress)
            driver.start(copy, materials, progress)
            way = wait_ready(
                copy,
                lambda: driver.endpoint(copy.name),
                driver.console(copy.name).log,
                lambda: driver.failure(copy.name),
                progress,
                seed_kind="none",
            )
            progress("taking out what is the machine's own")
            way.run(as_root(f"set -e\n{script(keys)}"), timeout=HALT_BUDGET)
            way.close()
            driver.stop(copy.name, budget=HALT_BUDGET, progress=progress)
            return _flatten(
                driver.directory(copy.name) / "disks/root.qcow2", flat.with_name("clean.qcow2"), progress
            )
        except SeraiError as error:
            raise SeraiError(
                error.code,
                f"the copy of {machine.name} could not be cleaned: {error.message}",
                hint="--no-clean packs it as it is, with the project's key in it",
                details=error.details,
            ) from error
        finally:
            driver.destroy(copy.name)


def copy_of(machine: Machine) -> Machine:
    """The same hardware as far as its first start needs it: no peers, no folders, no further disks."""
    root = {"root": disk} if (disk := machine.disks.get("root")) and not disk.path else {}
    return Machine(
        name=machine.name,
        arch=machine.arch,
        firmware=machine.firmware,
        cpu=type(machine.cpu)(count=machine.cpu.count, model=machine.cpu.model),
        memory=type(machine.memory)(size=machine.memory.size),
        disks={name: msgspec.structs.replace(disk, size=None, pool=None) for name, disk in root.items()},
        ssh=msgspec.structs.replace(machine.ssh, host_port=None),
        ready=msgspec.structs.replace(machine.ready, tcp=None, command=None),
    )


def _scope(scope: Scope, short: Path) -> Scope:
    """The project's identity, for the same MAC, and its key; everything else is the copy's own."""
    private_dir(short / "ssh")
    for name in ("id_ed25519", "id_ed25519.pub"):
        if (scope.home / "ssh" / name).exists():
            (short / "ssh" / name).symlink_to(scope.home / "ssh" / name)
    return msgspec.structs.replace(scope, home=short)


def stock_image(workspace: Workspace, machine: Machine) -> Image | None:
    """The image that it was made from, when that is still here."""
    from serai.images import resolve

    if not machine.image:
        return None
    return resolve.find(
        machine.image,
        project_images=workspace.project.images,
        base=workspace.scope.root,
        arch=machine.arch,
    )


def named(words: Sequence[str]) -> tuple[Path, ...]:
    """`a,b` and several options, as files. Raises Code.USAGE for one that names none."""
    if any(not word.strip(",") for word in words):
        raise SeraiError(Code.USAGE, "--include names no file", hint="name one, or leave the option out")
    return tuple(Path(name) for word in words for name in word.split(",") if name)
