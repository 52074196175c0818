"""Boxes that are here: serai's own below $SERAI_HOME/boxes, and those that Vagrant keeps, which are used in place.

NAME/catalog.json                                  where its catalogue is, and what it last said
     VERSION/ARCHITECTURE/PROVIDER/metadata.json   what came in the box, without its disks; `_`: no architecture
                                   box.json        serai's own record: the disks, as names in the image store
Vagrant's is the same without box.json: NAME/metadata_url, VERSION/[ARCHITECTURE/]PROVIDER/ with the disks. It is
only read. Source: the layout of ~/.vagrant.d/boxes.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

from serai.images.boxes import disks
from serai.images.boxes.catalog import AUTO, requirement
from serai.images.boxes.metadata import ARCHITECTURES, Metadata, read
from serai.images.boxes.name import folder, name_of
from serai.util import paths
from serai.util.arch import host_arch
from serai.util.errors import Code, SeraiError
from serai.util.gem_version import is_version, version

RECORD = "box.json"
NO_ARCH = "_"


class Record(msgspec.Struct, frozen=True, omit_defaults=True):
    """What serai notes of a box of its own."""

    name: str
    version: str
    provider: str
    architecture: str | None = None
    images: tuple[str, ...] = ()
    """References in the image store, one a disk."""
    digests: tuple[str, ...] = ()
    """Of those images, so that pruning the store leaves them."""
    origin: str = ""
    """Where it came from: a URL or a path."""
    at: float = 0.0
    """When it came (Unix time)."""


class Box(msgspec.Struct, frozen=True, kw_only=True):
    """One box that is here."""

    name: str
    version: str
    provider: str
    architecture: str | None
    directory: Path
    record: Record | None = None
    """None: it is Vagrant's, and is used where it lies."""

    @property
    def is_own(self) -> bool:
        return self.record is not None

    @property
    def vagrantfile(self) -> Path | None:
        """The Vagrantfile that came in the box; whoever reads it must trust it no more than the box."""
        file = self.directory / "Vagrantfile"
        return file if file.is_file() else None

    @property
    def key(self) -> Path | None:
        """The private key that a box made by `vagrant package` logs in with."""
        file = self.directory / "vagrant_private_key"
        return file if file.is_file() else None

    @property
    def metadata(self) -> Metadata:
        """Raises Code.CORRUPT."""
        return read(self.directory)

    @property
    def disks(self) -> list[Path]:
        """The disks that lie in a box of Vagrant's; see boxes.disks.of for what it raises."""
        return disks.of(self.directory, self.metadata)

    @property
    def label(self) -> str:
        arch = f", {self.architecture}" if self.architecture else ""
        return f"{self.name} ({self.provider}, {self.version}{arch})"


def own_root() -> Path:
    return paths.home() / "boxes"


def vagrant_root() -> Path:
    """$VAGRANT_HOME/boxes, by default ~/.vagrant.d/boxes."""
    return paths.expanduser(os.environ.get("VAGRANT_HOME") or "~/.vagrant.d") / "boxes"


def place(name: str, number: str, architecture: str | None, provider: str) -> Path:
    """Where serai keeps a box of its own."""
    return own_root() / folder(name) / number / (architecture or NO_ARCH) / provider


def boxes(name: str | None = None) -> list[Box]:
    """All that are here, or those of one name: by name, the newest version first, serai's own before Vagrant's."""
    found = [*own(own_root(), name), *_vagrant(vagrant_root(), name)]
    found.sort(key=lambda box: not box.is_own)
    found.sort(key=lambda box: version(box.version), reverse=True)
    found.sort(key=lambda box: box.name)
    return found


def installed(
    name: str,
    constraint: str | None = None,
    provider: str | Sequence[str] = "",
    architecture: str | None = AUTO,
) -> Box | None:
    """The newest box here that meets the constraint. `provider`: serai's (qemu, libvirt: any that can be
    converted), or the boxes' own, the best first. `architecture`: `auto` is this host's; a box that does not say
    fits always.

    Raises Code.INPUT for a constraint that is none. Reads directories, and no file.
    """
    wanted = requirement(constraint)
    providers = disks.wanted(provider) if isinstance(provider, str) else tuple(provider)
    arch = host_arch() if architecture == AUTO else ARCHITECTURES.get(architecture or "", architecture)
    best: tuple[str, int] | None = None
    chosen: Box | None = None
    for box in boxes(name):
        if box.provider not in providers or not wanted.allows(version(box.version)):
            continue
        if arch and box.architecture and box.architecture != arch:
            continue
        rank = (box.version, providers.index(box.provider))
        if best is None or (version(best[0]) == version(rank[0]) and rank[1] < best[1]):
            best, chosen = rank, box
    return chosen


def vagrantfile_of(name: str, constraint: str | None, provider: str, architecture: str | None) -> Path | None:
    """The Vagrantfile of the box that a machine would be made from: what the loader of Vagrantfiles asks for.

    `provider` is Vagrant's word. One for a hypervisor means any box that can be converted, as `image: box:…` does.
    None: there is no such box here, or it has no such file. A constraint that is none is for others to refuse.
    """
    hypervisor = provider in (*disks.USABLE, "", "parallels", "default")
    try:
        found = installed(name, constraint, "" if hypervisor else provider, architecture)
    except SeraiError:
        return None
    return found.vagrantfile if found else None


def own(root: Path, name: str | None = None) -> Iterator[Box]:
    """Those that serai keeps below `root`. Raises Code.CORRUPT for a record that cannot be read."""
    for record in sorted(root.glob(f"{_one(name)}/*/*/*/{RECORD}")):
        try:
            known = msgspec.json.decode(record.read_bytes(), type=Record)
        except FileNotFoundError:
            continue  # it was removed while we looked
        except msgspec.MsgspecError as error:
            raise SeraiError(
                Code.CORRUPT, f"{record} is damaged: {error}", hint=f"remove its directory: {record.parent}"
            ) from error
        if is_version(known.version):
            yield Box(
                name=known.name,
                version=known.version,
                provider=known.provider,
                architecture=known.architecture,
                directory=record.parent,
                record=known,
            )


def _vagrant(root: Path, name: str | None) -> Iterator[Box]:
    for top in _directories(root):
        if name is not None and top.name != folder(name):
            continue
        for number in _directories(top):
            if not is_version(number.name):
                continue
            for inner in _directories(number):
                if (inner / "metadata.json").is_file():
                    yield _theirs(top, number, None, inner)
                    continue
                for provider in _directories(inner):
                    if (provider / "metadata.json").is_file():
                        yield _theirs(top, number, inner.name, provider)


def _theirs(top: Path, number: Path, architecture: str | None, directory: Path) -> Box:
    return Box(
        name=name_of(top.name),
        version=number.name,
        provider=directory.name,
        architecture=None if architecture == "unknown" else ARCHITECTURES.get(architecture or "", architecture),
        directory=directory,
    )


def _directories(path: Path) -> list[Path]:
    try:
        return sorted(entry for entry in path.iterdir() if entry.is_dir() and not entry.name.startswith("."))
    except (FileNotFoundError, NotADirectoryError, PermissionError):
        return []


def _one(name: str | None) -> str:
    import glob

    return "*" if name is None else glob.escape(folder(name))
