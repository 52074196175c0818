"""The image store: content-addressed blobs, manifests that join them to images, and names for the manifests.

ROOT/blobs/sha256/HEX        a file, read only, never changed
     manifests/HEX.json      an image: its blobs and how it is used; HEX is the image's digest
     refs/NAME@ARCH.json     a name: which image, from where, since when; its mtime is the last use
     locks/  tmp/            one lock a name; unfinished work (what nobody holds a lock on is rubbish)
"""

from __future__ import annotations

import errno
import fcntl
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar
from urllib.parse import quote, unquote

import msgspec

from serai.images.made import Made
from serai.providers.contract import Image
from serai.util import paths
from serai.util.digest import sha256 as sha256_of
from serai.util.errors import Code, SeraiError
from serai.util.files import private_dir, write_atomic
from serai.util.locks import lock
from serai.util.units import human_size

_CHUNK = 1 << 20
T = TypeVar("T")


class Manifest(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An image: which blobs (`disk`, `kernel`, `initrd` -> hexadecimal sha256) and how it is used."""

    arch: str
    blobs: dict[str, str]
    format: str = "qcow2"
    virtual_size: int = 0
    cmdline: str = ""
    user: str = "root"
    seed: str = "cloud-init"
    firmware: tuple[str, ...] = ("bios",)
    console: str = "ttyS0"
    login: str = ""
    versions: dict[str, str] = {}


class Ref(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A name of an image."""

    reference: str
    arch: str
    digest: str
    origin: str = ""
    """Where it came from: a URL, a path, `built from the package mirror`."""
    at: float = 0.0
    """When it came (Unix time)."""
    recipe: str = ""
    """Digest of what a builder was told; a changed recipe builds anew on request."""
    size: int = 0
    """Bytes that its blobs take."""


class Store:
    """The images of this person on this host. Reading takes no lock."""

    def __init__(self, root: Path | None = None) -> None:
        self.root = root or paths.home() / "images"

    def get(self, reference: str, arch: str) -> Image | None:
        """The image of that name, or None. No work, no network."""
        ref = self.ref(reference, arch)
        return self.image(ref) if ref else None

    def ref(self, reference: str, arch: str) -> Ref | None:
        """Raises Code.CORRUPT for a file that cannot be read, as `refs`, `manifest` and `read` do."""
        try:
            return read(self._ref_file(reference, arch), Ref)
        except FileNotFoundError:
            return None

    def refs(self) -> list[Ref]:
        """All names, sorted."""
        return [read(file, Ref) for file in self.ref_files()]

    def ref_files(self) -> list[Path]:
        return sorted((self.root / "refs").glob("*.json"))

    def image(self, ref: Ref) -> Image | None:
        """The image that a name means, or None when its blobs are gone."""
        manifest = self.manifest(ref.digest)
        if manifest is None:
            return None
        blob = {role: self._blob(name) for role, name in manifest.blobs.items()}
        if not all(path.exists() for path in blob.values()):
            return None
        return Image(
            reference=ref.reference,
            digest=ref.digest,
            arch=manifest.arch,
            disk=blob.get("disk"),
            format=manifest.format,
            virtual_size=manifest.virtual_size,
            kernel=blob.get("kernel"),
            initrd=blob.get("initrd"),
            cmdline=manifest.cmdline,
            user=manifest.user,
            seed=manifest.seed,
            firmware=manifest.firmware,
            console=manifest.console,
            login=manifest.login,
        )

    def manifest(self, digest: str) -> Manifest | None:
        try:
            return read(self._manifest_file(digest), Manifest)
        except FileNotFoundError:
            return None

    def touch(self, reference: str, arch: str) -> None:
        """Note that a name was used; `prune --older` goes by it."""
        try:
            os.utime(self._ref_file(reference, arch))
        except OSError:
            return  # a store that is read only works without the note

    def last_used(self, ref: Ref) -> float:
        """When a name was last used (Unix time)."""
        return self._ref_file(ref.reference, ref.arch).stat().st_mtime

    def put(self, reference: str, arch: str, made: Made, *, origin: str, recipe: str = "") -> Image:
        """Take the files over and give the image its name. The files must lie in a `workspace`."""
        with full_disk(self.root), self.kept():
            blobs, size = {}, 0
            for role in ("disk", "kernel", "initrd"):
                if path := getattr(made, role):
                    size += path.stat().st_size
                    blobs[role] = self._take(path)
            manifest = Manifest(
                arch=arch,
                blobs=blobs,
                format=made.format,
                virtual_size=made.virtual_size,
                cmdline=made.cmdline,
                user=made.user,
                seed=made.seed,
                firmware=made.firmware,
                console=made.console,
                login=made.login,
                versions=made.versions,
            )
            content = msgspec.json.encode(manifest, order="sorted")
            digest = f"sha256:{sha256_of(content).hexdigest()}"
            private_dir(self.root / "manifests")
            write_atomic(self._manifest_file(digest), content, mode=0o444)
            return self.name(
                Ref(reference=reference, arch=arch, digest=digest, origin=origin, recipe=recipe, size=size)
            )

    def name(self, ref: Ref) -> Image:
        """Make a name mean an image that is there."""
        ref = msgspec.structs.replace(ref, at=time.time())
        private_dir(self.root / "refs")
        write_atomic(self._ref_file(ref.reference, ref.arch), msgspec.json.encode(ref))
        image = self.image(ref)
        if image is None:
            raise SeraiError(
                Code.CORRUPT, f"{self.root}: the image {ref.reference} lost its files while it was made"
            )
        return image

    def forget(self, ref: Ref) -> None:
        """Remove a name; the image goes with the next prune."""
        self._ref_file(ref.reference, ref.arch).unlink(missing_ok=True)

    @contextmanager
    def locked(self, reference: str, arch: str) -> Iterator[None]:
        """Only one at a time makes what a name means."""
        name = self._ref_file(reference, arch).name.removesuffix(".json")
        with lock(self.root / "locks" / name, what=f"image {reference}", note=f"pid {os.getpid()}"):
            yield

    @contextmanager
    def workspace(self) -> Iterator[Path]:
        """A directory for unfinished work, in the store's file system; gone afterwards, even after a kill."""
        with full_disk(self.root), draft(self.root / "tmp", self.root / "locks" / ".tmp") as folder:
            yield folder

    @contextmanager
    def kept(self, *, removing: bool = False) -> Iterator[None]:
        """While it is held nobody prunes; `removing`: nobody else puts an image in."""
        with lock(self.root / "locks" / ".store", what="the image store", shared=not removing, note="image prune"):
            yield

    def downloads(self) -> Path:
        """Where unfinished downloads wait to be resumed."""
        return private_dir(self.root / "downloads")

    def blob_files(self) -> list[Path]:
        return sorted((self.root / "blobs/sha256").glob("*"))

    def manifests(self) -> list[Path]:
        return sorted((self.root / "manifests").glob("*.json"))

    def _take(self, path: Path) -> str:
        """Move a file in as a blob; an equal one that is there is kept."""
        hexadecimal = sha256(path)
        blob = self._blob(hexadecimal)
        private_dir(blob.parent)
        if path.stat().st_nlink == 1:  # else it is somebody's, linked: it keeps its mode
            path.chmod(0o444)
        if not blob.exists():
            handle = os.open(path, os.O_RDONLY)
            try:
                os.fsync(handle)
            finally:
                os.close(handle)
            path.rename(blob)
        return hexadecimal

    def _blob(self, hexadecimal: str) -> Path:
        return self.root / "blobs/sha256" / hexadecimal

    def _manifest_file(self, digest: str) -> Path:
        return self.root / "manifests" / f"{digest.removeprefix('sha256:')}.json"

    def _ref_file(self, reference: str, arch: str) -> Path:
        return self.root / "refs" / f"{quote(reference, safe='')}@{arch}.json"


@contextmanager
def draft(tmp: Path, gate: Path) -> Iterator[Path]:
    """A directory of one's own below `tmp`, gone afterwards, after a kill when the next one is made.

    `gate`: the lock that is held meanwhile.
    """
    import tempfile

    private_dir(tmp)
    with lock(gate, what=f"{tmp.parent}"):
        _sweep(tmp)
        folder = Path(tempfile.mkdtemp(dir=tmp))
        handle = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
        fcntl.flock(handle, fcntl.LOCK_EX)
    try:
        yield folder
    finally:
        os.close(handle)
        shutil.rmtree(folder, ignore_errors=True)


def _sweep(tmp: Path) -> None:
    """Remove what killed processes left: their directories have no lock any more."""
    for folder in tmp.iterdir():
        handle = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            continue  # somebody works in it
        else:
            shutil.rmtree(folder, ignore_errors=True)
        finally:
            os.close(handle)


def sha256(path: Path) -> str:
    """The hexadecimal digest of a file."""
    import hashlib

    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextmanager
def full_disk(path: Path, need: int = 0) -> Iterator[None]:
    """Turn "no space left" into one error that says where, and how much is free and needed (bytes)."""
    if need and (free := shutil.disk_usage(_existing(path)).free) < need:
        raise _no_space(path, need, free)
    try:
        yield
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        raise _no_space(path, need, shutil.disk_usage(_existing(path)).free) from error
    except SeraiError as error:
        text = "\n".join((error.message, *error.details))
        if "No space left on device" not in text or "is full" in error.message:
            raise
        raise _no_space(path, need, shutil.disk_usage(_existing(path)).free) from error


def _existing(path: Path) -> Path:
    while not path.exists():
        path = path.parent
    return path


def _no_space(path: Path, need: int, free: int) -> SeraiError:
    wants = f", {human_size(need)} ({need} bytes) are needed" if need else ""
    return SeraiError(
        Code.FAILED,
        f"{path} is full: {human_size(free)} ({free} bytes) are free{wants}",
        hint="free some space (serai image prune), or move the store with SERAI_HOME",
    )


def read(path: Path, kind: type[T]) -> T:
    """A ref or a manifest."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=kind)
    except ValueError as error:
        raise SeraiError(
            Code.CORRUPT, f"{path} is damaged: {error}", hint="remove it and run serai image pull again"
        ) from error


def named_by(path: Path) -> tuple[str, str]:
    """The reference and the architecture that a ref's file is called after."""
    reference, _, arch = path.stem.rpartition("@")
    return unquote(reference), arch
