"""Small files of a container: put into it before it starts, or bound where its root filesystem is read only."""

from __future__ import annotations

import io
import tarfile
from pathlib import Path, PurePosixPath

from serai.providers.contract import Scope
from serai.providers.docker import state
from serai.spec.container_parts import Files
from serai.spec.machine import Machine
from serai.util.errors import Code, SeraiError
from serai.util.files import private_dir, write_atomic
from serai.util.paths import expanduser


def content(machine: Machine, file: Files, root: Path) -> bytes:
    """What a file holds. Raises Code.INPUT where its source is not there."""
    if file.content is not None:
        return file.content.encode()
    path = (root / expanduser(file.source or "")).resolve()
    try:
        return path.read_bytes()
    except OSError as error:
        raise SeraiError(
            Code.INPUT, f"{machine.name}: container.files {file.target}: {path} cannot be read: {error.strerror}"
        ) from error


def archive(machine: Machine, root: Path) -> bytes:
    """All files as a tar that is unpacked at `/`; empty where there are none. Directories are made on the way."""
    files = machine.container.files if machine.container else []
    if not files:
        return b""
    into = io.BytesIO()
    with tarfile.open(fileobj=into, mode="w") as tar:
        for file in files:
            data = content(machine, file, root)
            entry = tarfile.TarInfo(str(PurePosixPath(file.target)).lstrip("/"))
            entry.size, entry.mode = len(data), int(file.mode, 8)
            entry.uid, entry.gid = file.uid, file.gid
            tar.addfile(entry, io.BytesIO(data))
    return into.getvalue()


def bound(scope: Scope, provider: str, machine: Machine) -> tuple[tuple[str, str], ...]:
    """Written beside what is kept of the machine, for a container that cannot be written: (host, container)."""
    if not machine.container or not machine.container.read_only or not machine.container.files:
        return ()
    place = state.directory(scope, provider) / f"{machine.name}.files"
    private_dir(place)
    found = []
    for number, file in enumerate(machine.container.files):
        path = place / str(number)
        write_atomic(path, content(machine, file, scope.root), mode=int(file.mode, 8), sync=False)
        found.append((str(path), file.target))
    return tuple(found)


def environment(machine: Machine, root: Path) -> dict[str, str]:
    """Of all `env_file`, the later over the earlier. Raises Code.INPUT where one is not there.

    Lines `NAME=VALUE`; `#` begins a comment, quotes around a value go. Source: docker run reference, --env-file.
    """
    found: dict[str, str] = {}
    for name in machine.container.env_file if machine.container else ():
        path = (root / expanduser(name)).resolve()
        try:
            lines = path.read_text().splitlines()
        except OSError as error:
            raise SeraiError(
                Code.INPUT, f"{machine.name}: container.env_file: {path} cannot be read: {error.strerror}"
            ) from error
        for line in lines:
            key, equals, value = line.strip().removeprefix("export ").partition("=")
            if not equals or key.startswith("#"):
                continue
            value = value.strip()
            if len(value) > 1 and value[0] == value[-1] and value[0] in "'\"":
                value = value[1:-1]
            found[key.strip()] = value
    return found
