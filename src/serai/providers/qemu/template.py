"""What the first ready machine of a kind leaves behind: its memory, devices and disks, in files that stay.

One directory each, below SERAI_HOME, private: `template.json` is written last, and holds a seal of every file. A
file that is not as it was sealed drops the template: machines of that kind start cold then, which is no error.
"""

from __future__ import annotations

import os
import time
from contextlib import AbstractContextManager, suppress
from pathlib import Path
from stat import S_ISLNK

import msgspec

from serai.guest.records import Direct
from serai.providers import record_file
from serai.providers.qemu.record import Hardware, load
from serai.util import paths, seals
from serai.util.errors import SeraiError
from serai.util.files import empty_trash, private_dir, remove_tree, write_atomic
from serai.util.locks import lock
from serai.util.seals import Seal

FILE = "template.json"
RAM, STATE, DISKS = "ram", "state", "disks"
EMPTY = "empty"
"""Overlays on the disks, in which nothing is written: machines get copies."""
FORK = "fork-"
"""What the keys of moments begin with that forks start from (see qemu/forking.py)."""


class Card(msgspec.Struct, frozen=True):
    """A network card as the guest in the template knows it."""

    mac: str
    address: str = ""
    """In CIDR form; empty: by DHCP."""


class Template(msgspec.Struct, frozen=True, kw_only=True):
    """One template, as `template.json` has it."""

    key: str
    host: str
    """Digest of QEMU, the kernel and the processors that it was kept on."""
    image: str
    """Reference of the image, for people."""
    project_id: str = ""
    """Whose guest it was: the project's key lets in."""
    image_digest: str
    hardware: Hardware
    at: float
    asked: bool = True
    """The file says `warm: true`; else serai keeps it by itself, as long as there is room."""
    hostname: str
    instance_id: str
    cards: tuple[Card, ...]
    hosts: str
    """Lines of the names of peers, as the guest has them."""
    seals: dict[str, Seal]
    host_keys: tuple[str, ...] = ()
    """Kinds of its SSH host keys, where it waits to be told who it is (see qemu/telling.py)."""
    direct: Direct | None = None
    """It is told so by records."""


def root() -> Path:
    return paths.home() / "templates"


def forks() -> Path:
    """Where the moments of forks are: no template is there, which others of a kind would start from."""
    return paths.home() / "forks"


def place(key: str) -> Path:
    """The directory of a template or a moment, be it there or not."""
    return (forks() if key.startswith(FORK) else root()) / key


def disks_of(key: str) -> list[Path]:
    """Its disks, by the names that they have in a machine's directory."""
    return sorted((place(key) / DISKS).glob("*.qcow2"))


def keys() -> list[str]:
    """Of all that are there, whole or not."""
    return sorted(path.name for path in root().glob("*/") if not path.name.startswith("."))


def all_of_them() -> list[Template]:
    """Those that can be read, by their keys."""
    return [found for key in keys() if (found := read(key)) is not None]


def held(*, changing: bool) -> AbstractContextManager[None]:
    """While machines are made from templates none of them goes; `changing`: to keep or to drop some."""
    return lock(root() / "lock", what="the templates of warm starts", shared=not changing)


def of_kind(kind: str) -> Template | None:
    """The one for machines of a kind: its key begins with the kind's (see qemu/warm.py)."""
    return next((found for key in keys() if key.startswith(f"{kind}-") and (found := read(key))), None)


def read(key: str) -> Template | None:
    """None: there is none, or its record is no record."""
    try:
        data = (place(key) / FILE).read_bytes()
        return msgspec.json.decode(data, type=Template, dec_hook=record_file.decode_path)
    except (FileNotFoundError, msgspec.MsgspecError):
        return None


AGAIN = 30.0
"""Seconds after which the state is read again though its stamp is the same."""
_read_at: dict[tuple[Path, tuple[int, ...]], float] = {}
"""(file, its stamp) -> when it was read, and was what had been kept; by time.monotonic()."""


def whole(template: Template) -> str:
    """Look at every file of it; why it cannot be used, or an empty string.

    A file whose stamp is as it was has not been written to. Another stamp makes it be read as a whole. What QEMU
    loads is read in any case, once in a while: a run looks at it when it plans, and when it makes and wakes.
    """
    fresh: dict[str, Seal] = {}
    directory = place(template.key)
    if not (is_private(directory.parent, hidden=0o022) and is_private(directory)):
        return "others can change it"
    for name, kept in template.seals.items():
        path = place(template.key) / name
        try:
            if not is_private(path):
                return f"{name} is not private"
        except OSError as error:
            return f"{name}: {error.strerror}"
        anew = name == STATE and _read_at.get((path, kept.stamp), -AGAIN) + AGAIN <= time.monotonic()
        why, fresh[name] = seals.look(path, kept, anew=anew, name=name)
        if why:
            return why
        if anew:
            _read_at[path, fresh[name].stamp] = time.monotonic()
    if any(seal != template.seals[name] for name, seal in fresh.items()):
        write(msgspec.structs.replace(template, seals=template.seals | fresh))
    return ""


def is_private(path: Path, *, hidden: int = 0o077) -> bool:
    """Whether it is this user's, no link, and closed to all others: of its mode, none of `hidden` is set."""
    found = path.lstat()
    return found.st_uid == os.geteuid() and not S_ISLNK(found.st_mode) and not found.st_mode & hidden


def seal(path: Path) -> Seal:
    """Say what a file is. Memory stays writable: QEMU opens it so, be it mapped privately."""
    return seals.seal(path, 0o600 if path.name == RAM else 0o400)


def write(template: Template) -> None:
    """Make it one: all its files must be there."""
    private_dir(place(template.key))
    write_atomic(place(template.key) / FILE, msgspec.json.encode(template, enc_hook=record_file.encode_path))


def drop(key: str) -> None:
    """It starts no machine any more. Its disks stay while a machine stands on them."""
    directory = place(key)
    for name in (FILE, RAM, STATE, f"{STATE}.new", "efivars.fd"):
        (directory / name).unlink(missing_ok=True)
    if directory.is_dir() and key not in in_use():
        remove_tree(directory)


def in_use() -> set[str]:
    """Keys of the templates whose disks machines stand on. A record that cannot be read counts as all of them."""
    found = set()
    for record in paths.home().glob("projects/*/machines/*/machine.json"):
        try:
            known = load(record.parent)
        except SeraiError:
            return set(keys())
        if known is not None and known.template:
            found.add(known.template)
    return found


def sweep(host: str) -> None:
    """Drop what was kept under another QEMU or kernel, and what a killed run left."""
    empty_trash(root())
    for key in keys():
        known = read(key)
        if known is None or known.host != host:
            drop(key)


def touch(key: str) -> None:
    """Note that it was used."""
    with suppress(OSError):  # a store that is read only works without the note
        os.utime(place(key) / FILE)


def last_used(key: str) -> float:
    """When a machine was last made from it (Unix time)."""
    return (place(key) / FILE).stat().st_mtime


def size(key: str) -> int:
    """Bytes that it takes on the disk."""
    return sum(path.stat().st_blocks * 512 for path in place(key).rglob("*") if path.is_file())


def prune(*, older: float | None = None, everything: bool = False, dry_run: bool = False) -> list[Template]:
    """Drop those that were not used for `older` seconds, or all; those that are (or would be) gone."""
    if not root().is_dir():
        return []
    with held(changing=True):
        now = time.time()
        going = [
            each
            for each in all_of_them()
            if everything or (older is not None and now - last_used(each.key) > older)
        ]
        if not dry_run:
            for key in [*(each.key for each in going), *(key for key in keys() if read(key) is None)]:
                drop(key)  # the second are disks that a machine stood on
        return going
