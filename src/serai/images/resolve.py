"""From what a project file calls an image to the image: in the store, else imported, built or pulled.

A name is looked up in the project's own `images:`, then as a path, then among the builders (`tiny`,
`debian:12`), then in the catalogue of official cloud images (`fedora:42`, `debian:12-cloud`).
`box:debian/bookworm64` is a Vagrant box (images/boxes). What is in the store is used without looking at the
network at all.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path

import msgspec

from serai.images.store import Store
from serai.providers.contract import Image
from serai.spec.image import ImageSource
from serai.util.arch import host_arch
from serai.util.digest import sha256
from serai.util.errors import Code, SeraiError, did_you_mean
from serai.util.paths import expanduser, is_file

Progress = Callable[[str], None]

BUILDERS = {
    "tiny": "serai.images.builders.tiny:build",
    "tiny:generic": "serai.images.builders.tiny:build_generic",
    "debian:12": "serai.images.builders.debian:build_debian12",
    "debian:13": "serai.images.builders.debian:build_debian13",
}
"""Reference -> `module:function`, imported when it is used; function(target, arch, progress) -> Made."""

BOX = "box:"
"""What a reference to a box begins with."""

ALIASES = {"debian": "debian:13", "debian:bookworm": "debian:12"}
ALIASES |= {"debian:trixie": "debian:13", "debian:stable": "debian:13"}


def find(
    reference: str,
    *,
    project_images: Mapping[str, ImageSource] = {},
    root: Path | None = None,
    arch: str | None = None,
    base: Path | None = None,
) -> Image | None:
    """The image, when it is in the store already. No network, no work; None when `ensure` would have to work.

    `base` is where relative paths begin (the project's directory; default: here).
    """
    store, arch = Store(root), arch or host_arch()
    if box := box_source(reference, project_images):
        from serai.images.boxes import use

        image = use.find(box, store=store, arch=arch, base=base or Path.cwd())
        return msgspec.structs.replace(image, reference=reference) if image else None
    key = _key(reference, project_images, base or Path.cwd())
    image = store.get(key, arch) if key else None
    if image is None:
        return None
    return msgspec.structs.replace(image, reference=reference, built=_is_built(reference, project_images))


def ensure(
    reference: str,
    *,
    project_images: Mapping[str, ImageSource] = {},
    root: Path | None = None,
    arch: str | None = None,
    base: Path | None = None,
    progress: Progress,
) -> Image:
    """The image; it is imported, built or pulled when the store does not hold it.

    Raises Code.INPUT for a name that means nothing, Code.MISSING for host programs that are not there,
    Code.NETWORK, Code.CORRUPT and Code.FAILED, each with the cause and the way out.
    """
    store, arch, base = Store(root), arch or host_arch(), base or Path.cwd()
    if box := box_source(reference, project_images):
        from serai.images.boxes import use

        image = use.ensure(box, store=store, arch=arch, base=base, progress=progress)
        return msgspec.structs.replace(image, reference=reference)
    found = find(reference, project_images=project_images, root=root, arch=arch, base=base)
    key = _key(reference, project_images, base)
    if found is None:
        with store.locked(key or reference, arch):
            found = store.get(key, arch) if key else None  # somebody else made it while we waited
            if found is None:
                found = _make(reference, project_images, store, arch, base, progress)
                key = _key(reference, project_images, base)
    if key:
        store.touch(key, arch)
    return msgspec.structs.replace(found, reference=reference, built=_is_built(reference, project_images))


def _is_built(reference: str, project_images: Mapping[str, ImageSource]) -> bool:
    """Whether one of serai's own builders made it, and the name is no other image of the project."""
    return reference not in project_images and ALIASES.get(reference, reference) in BUILDERS


def build(reference: str, *, root: Path | None = None, arch: str | None = None, progress: Progress) -> Image:
    """Build, even when the store holds one: that takes what the mirror carries today."""
    store, arch, name = Store(root), arch or host_arch(), ALIASES.get(reference, reference)
    if name not in BUILDERS:
        raise SeraiError(
            Code.INPUT,
            f"{reference}: serai cannot build it, only {', '.join(BUILDERS)}",
            hint=did_you_mean(reference, list(BUILDERS)),
        )
    with store.locked(name, arch):
        return _build(name, store, arch, progress)


def pull(reference: str, *, root: Path | None = None, arch: str | None = None, progress: Progress) -> Image:
    """Download the official image of a catalogue name; of `debian:12` that is `debian:12-cloud`."""
    from serai.images import catalogue

    store, arch, known_as = Store(root), arch or host_arch(), ALIASES.get(reference, reference)
    entry = catalogue.lookup(known_as)
    if entry is None and known_as in BUILDERS:
        raise SeraiError(
            Code.INPUT, f"image {reference}: nobody offers it, it is built", hint=f"serai image build {reference}"
        )
    if entry is None:
        raise _unknown(reference, {})
    name = _catalogue_key(entry.name)
    with store.locked(name, arch):
        return _pull(entry.name, store, arch, progress)


def known(project_images: Mapping[str, ImageSource]) -> list[str]:
    """All names that mean something, for completion and for did-you-mean."""
    from serai.images import catalogue

    return list(dict.fromkeys((*project_images, *BUILDERS, *ALIASES, *catalogue.names())))


def check(
    reference: str,
    *,
    project_images: Mapping[str, ImageSource] = {},
    arch: str | None = None,
    base: Path | None = None,
) -> None:
    """Raise Code.INPUT when the name means nothing, or a file is not there. No network, no work."""
    if find(reference, project_images=project_images, arch=arch, base=base):
        return
    if box := box_source(reference, project_images):
        from serai.images.boxes import use

        use.check(box, base or Path.cwd())
        return
    source = project_images.get(reference)
    path = source.path if source is not None else reference if _is_path(reference) else None
    if path is not None:
        place = (base or Path.cwd()) / expanduser(path)
        if not is_file(place):
            raise SeraiError(Code.INPUT, f"image {reference}: there is no file {place}", hint="mend its path")
    elif source is None and ALIASES.get(reference, reference) not in BUILDERS and "://" not in reference:
        from serai.images import catalogue

        if catalogue.lookup(reference) is None:
            raise _unknown(reference, project_images)


def box_source(reference: str, project_images: Mapping[str, ImageSource]) -> ImageSource | None:
    """What is said of the box that the name means; None when it means none. `box:NAME` is one by itself."""
    source = project_images.get(reference)
    if source is not None:
        return source if source.box else None
    return ImageSource(box=reference.removeprefix(BOX)) if reference.startswith(BOX) else None


def _is_path(reference: str) -> bool:
    return reference.startswith(("./", "../", "/", "~"))


def _key(reference: str, project_images: Mapping[str, ImageSource], base: Path) -> str | None:
    """The name in the store; None for a file that was not imported as it is now, or is not there."""
    source = project_images.get(reference)
    if source is not None and source.url:
        return f"url:{_short(source.url, source.checksum or '', source.user or '', str(source.cloud_init))}"
    if source is not None:
        return _path_key(_path(source.path or "", base), source)
    if _is_path(reference):
        return _path_key(_path(reference, base), None)
    name = ALIASES.get(reference, reference)
    if name in BUILDERS:
        return name
    return _catalogue_key(name)


def _catalogue_key(name: str) -> str:
    from serai.images import catalogue

    entry = catalogue.lookup(name)
    if entry is None:
        return name
    return f"{entry.name}-cloud" if entry.name in BUILDERS else entry.name


def _short(*words: str) -> str:
    return sha256("\0".join(words).encode()).hexdigest()[:24]


def _path(text: str, base: Path) -> Path:
    path = expanduser(text)
    return path if path.is_absolute() else base / path


def _path_key(path: Path, source: ImageSource | None) -> str | None:
    """A file as it is now: the same path, size, time and inode need no second look."""
    try:
        stat = path.stat()
    except (OSError, ValueError):  # it is not there; a NUL
        return None
    identity = (str(path.absolute()), str(stat.st_size), str(stat.st_mtime_ns), str(stat.st_ino))
    use = (source.user or "", str(source.cloud_init), source.checksum or "") if source else ("", "True", "")
    return f"path:{_short(*identity, *use)}"


def _make(
    reference: str,
    project_images: Mapping[str, ImageSource],
    store: Store,
    arch: str,
    base: Path,
    progress: Progress,
) -> Image:
    from serai.images import catalogue

    source = project_images.get(reference)
    if source is not None and source.url:
        return _pull_url(source, str(_key(reference, project_images, base)), store, arch, progress)
    if source is not None or _is_path(reference):
        path = _path(source.path or "" if source else reference, base)
        return import_file(path, source=source, store=store, arch=arch, progress=progress)
    name = ALIASES.get(reference, reference)
    if name in BUILDERS:
        return _build(name, store, arch, progress)
    if entry := catalogue.lookup(name):
        return _pull(entry.name, store, arch, progress)
    raise _unknown(reference, project_images)


def _unknown(reference: str, project_images: Mapping[str, ImageSource]) -> SeraiError:
    names = known(project_images)
    near = did_you_mean(reference, names)
    return SeraiError(
        Code.INPUT,
        f"image {reference}: no such image{', ' + near if near else ''}",
        hint="serai image list --all shows the names; a file begins with ./ or /",
        details=[f"there are {', '.join(names)}"],
    )


def _build(name: str, store: Store, arch: str, progress: Progress) -> Image:
    from importlib import import_module

    if arch not in ("amd64", "arm64"):
        raise SeraiError(Code.UNSUPPORTED, f"image {name}: serai builds for amd64 and arm64, not for {arch}")
    module, function = BUILDERS[name].split(":")
    progress(f"building {name}")
    with store.workspace() as work:
        made = getattr(import_module(module), function)(work, arch, progress)
        return store.put(name, arch, made, origin="built from the package mirror", recipe=recipe(name))


def recipe(name: str) -> str:
    """Digest of what a builder does: its own files. One that differs is rebuilt on request, never by itself."""
    folder = Path(__file__).parent / "builders"
    files = sorted(path for path in folder.rglob("*") if path.is_file() and path.suffix != ".pyc")
    if name.startswith("tiny"):
        files = [path for path in files if path.name not in ("debian.py", "disk.py")]
    else:
        files = [path for path in files if path.name in ("debian.py", "disk.py", "ext4.py")]
    return _short(*(path.read_text(encoding="utf-8") for path in files))


def _pull(name: str, store: Store, arch: str, progress: Progress) -> Image:
    from serai.images import catalogue, convert, download

    entry = catalogue.lookup(name)
    assert entry is not None
    url, checksum = catalogue.locate(entry, arch, progress)
    file = download.fetch(url, store.downloads(), checksum=checksum, progress=progress)
    with store.workspace() as work:
        made = convert.convert(file, work, user=entry.user, firmware=entry.firmware_of(arch), progress=progress)
        image = store.put(_catalogue_key(name), arch, made, origin=url)
    file.unlink(missing_ok=True)
    return image


def _pull_url(source: ImageSource, key: str, store: Store, arch: str, progress: Progress) -> Image:
    from serai.images import convert, download
    from serai.images.way import shown

    url = source.url or ""
    if url.startswith("http:") and not source.checksum:
        raise SeraiError(
            Code.INPUT,
            f"{shown(url)}: without a checksum nobody can tell whether what http: brings is the image",
            hint="add checksum: sha256:… beside the url, or use https:",
        )
    file = download.fetch(url, store.downloads(), checksum=source.checksum, progress=progress)
    with store.workspace() as work:
        seed = "cloud-init" if source.cloud_init else "none"
        made = convert.convert(file, work, user=source.user or "root", seed=seed, progress=progress)
        image = store.put(key, arch, made, origin=shown(url))
    file.unlink(missing_ok=True)
    return image


def import_file(
    path: Path,
    *,
    store: Store,
    arch: str,
    progress: Progress,
    source: ImageSource | None = None,
    name: str | None = None,
    max_size: int | None = None,
) -> Image:
    """Bring a disk image of the host's file system into the store, under `name` or under what it is now."""
    from serai.images import convert, download

    if not path.is_file():
        what = "is a directory" if path.is_dir() else "does not exist"
        raise SeraiError(Code.INPUT, f"image {path}: {what}", hint="give the path of a qcow2, raw, vmdk, … file")
    key = name or _path_key(path, source)
    assert key is not None
    if source is not None and source.checksum:
        download.verify(path, source.checksum)
    user = source.user if source is not None and source.user else "root"
    seed = "cloud-init" if source is None or source.cloud_init else "none"
    with store.workspace() as work:
        limit = convert.MAX_SIZE if max_size is None else max_size
        made = convert.convert(path, work, user=user, seed=seed, progress=progress, max_size=limit)
        return store.put(key, arch, made, origin=str(path.absolute()))


def check_name(name: str) -> None:
    """A name for an import: not one that already means something else. Raises Code.INPUT."""
    from serai.images import catalogue

    if not re.fullmatch(r"[a-zA-Z0-9][a-zA-Z0-9._:-]{0,63}", name):
        raise SeraiError(Code.INPUT, f"image name {name!r}: letters, digits, dots, dashes and colons; at most 64")
    if name in BUILDERS or name in ALIASES or catalogue.lookup(name):
        raise SeraiError(Code.INPUT, f"image name {name}: serai has an image of that name", hint="take another")
