"""The images as they were before serai had them made anew, kept on the host, so that undo gives them back.

    /var/lib/serai/host/initramfs/state.json  which tunings need them as they are now, which are to be made anew
    /var/lib/serai/host/initramfs/NAME        an image that was there

An image that is still the one that serai had made gives way to the kept one, byte for byte. One that somebody made
anew since, or that came with a new kernel, is made anew by its tool.
"""

from __future__ import annotations

import msgspec

from serai.host.changes.file import make_parents, missing_parents
from serai.host.changes.running import must
from serai.host.initramfs.known import BY_NAME, tool_of
from serai.host.initramfs.tool import Image, InitramfsTool
from serai.host.reach.contract import Reach

PLACE = "/var/lib/serai/host/initramfs"
STATE = f"{PLACE}/state.json"


class Copy(msgspec.Struct, frozen=True):
    """`was` and `made` are SHA-256 of the image before, and as serai had it made; empty: not yet."""

    file: str
    was: str
    made: str = ""


class State(msgspec.Struct, frozen=True, kw_only=True):
    tool: str
    users: tuple[str, ...] = ()
    """Tunings whose configuration is in place."""
    copies: dict[str, Copy] = {}
    """By the image's path; empty where there was no room."""
    stale: tuple[str, ...] = ()
    """Images that are to be made anew; `*`: all."""


ALL = ("*",)


def state(reach: Reach) -> State | None:
    data = reach.read(STATE)
    return None if data is None else msgspec.json.decode(data, type=State)


def _write(reach: Reach, new: State) -> None:
    if not new.users and not new.stale:
        _clean(reach)
        return
    make_parents(reach, missing_parents(reach, STATE))
    reach.write(STATE, msgspec.json.format(msgspec.json.encode(new)), mode=0o600)


def _clean(reach: Reach) -> None:
    """The state first: without it copies mean nothing."""
    names = reach.names(PLACE)
    for name in sorted(names or (), key=lambda name: f"{PLACE}/{name}" != STATE):
        reach.remove(f"{PLACE}/{name}")
    if names is not None:
        reach.remove(PLACE)


def enter(reach: Reach, tool: InitramfsTool, name: str) -> None:
    """A tuning's configuration is in place: keep the images, and have them made anew."""
    if (found := state(reach)) and not found.users:
        settle(reach)  # an undo that was killed: what is kept then must be without our modules
    now = state(reach)
    if now is None:
        now = State(tool=tool.name, copies=_copied(reach, tool))
    users = now.users if name in now.users else (*now.users, name)
    _write(reach, msgspec.structs.replace(now, users=users, stale=ALL))


def leave(reach: Reach, name: str) -> None:
    """A tuning's configuration is gone: give back what can be given back; the rest is made anew by `settle`."""
    now = state(reach)
    if now is None:
        _clean(reach)
        return
    users = tuple(each for each in now.users if each != name)
    if users:
        _write(reach, msgspec.structs.replace(now, users=users, stale=ALL))
        return
    stale = [image.path for image in BY_NAME[now.tool].images(reach) if not _given_back(reach, now, image)]
    _write(reach, msgspec.structs.replace(now, users=(), stale=tuple(stale)))


def _given_back(reach: Reach, now: State, image: Image) -> bool:
    copy = now.copies.get(image.path)
    if copy is None:
        return False
    found = digest(reach, image.path)
    if found == copy.was:
        return True
    unfinished = now.stale == ALL  # a run that was killed made it
    if (found != copy.made and not unfinished) or not reach.has(copy.file):
        return False
    draft = f"{image.path}.serai-new"
    must(reach, "cp", "-p", copy.file, draft)
    must(reach, "mv", "-f", draft, image.path)
    return True


def settle(reach: Reach) -> None:
    """Make anew what is stale, once. Raises SeraiError; it stays stale then."""
    now = state(reach)
    if now is None or not now.stale:
        return
    tool = BY_NAME[now.tool]
    images = [each for each in tool.images(reach) if now.stale == ALL or each.path in now.stale]
    for argv in dict.fromkeys(tool.rebuild(image) for image in images):
        must(reach, *argv)
    copies = {
        path: msgspec.structs.replace(copy, made=digest(reach, path)) if reach.has(path) else copy
        for path, copy in now.copies.items()
    }
    _write(reach, msgspec.structs.replace(now, copies=copies, stale=()))


def room(reach: Reach) -> tuple[int, int]:
    """(bytes of all images, bytes that are free where copies go)."""
    paths = [image.path for image in tool_of(reach).images(reach)]
    sizes = must(reach, "stat", "-L", "-c", "%s", *paths).split() if paths else []
    above = "/var/lib" if reach.has("/var/lib") else "/"
    free = must(reach, "df", "-Pk", above).splitlines()[-1].split()[3]
    return sum(int(size) for size in sizes), int(free) * 1024


def fits(reach: Reach) -> bool:
    """Half of what is free stays so."""
    needed, free = room(reach)
    return needed * 2 <= free


def _copied(reach: Reach, tool: InitramfsTool) -> dict[str, Copy]:
    if not fits(reach):
        return {}
    make_parents(reach, missing_parents(reach, STATE))
    copies = {}
    for image in tool.images(reach):
        file = f"{PLACE}/{image.path.strip('/').replace('/', '-')}"
        must(reach, "cp", "-p", image.path, file)
        copies[image.path] = Copy(file=file, was=digest(reach, file))
    return copies


def digest(reach: Reach, path: str) -> str:
    return must(reach, "sha256sum", path).split()[0]
