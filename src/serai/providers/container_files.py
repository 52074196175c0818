"""Small files that a container sees at their places: its hosts, its name servers, those that its file states."""

from __future__ import annotations

from pathlib import Path

from serai.providers import container_root
from serai.providers.contract import Materials, Scope
from serai.spec.container import Container
from serai.spec.machine import Machine
from serai.util.files import write_atomic
from serai.util.paths import expanduser


def write_files(
    scope: Scope, directory: Path, machine: Machine, materials: Materials, owner: tuple[int, int] = (0, 0)
) -> None:
    """Hosts, name servers and small files, which the container sees at their places. `owner`: root inside."""
    box = machine.container or Container()
    hostname = machine.hostname or machine.name
    _put(directory / "hosts", container_root.hosts(hostname, {**materials.hosts, **box.extra_hosts}), owner)
    if box.dns or box.dns_search:
        lines = [f"search {' '.join(box.dns_search)}"] if box.dns_search else []
        lines += [f"nameserver {address}" for address in box.dns]
        _put(directory / "resolv.conf", "".join(f"{line}\n" for line in lines), owner)
    for number, file in enumerate(box.files):
        if file.content is not None:
            text = file.content
        else:
            text = (scope.root / expanduser(file.source or "")).read_text()
        place = directory / "files" / str(number)
        place.parent.mkdir(exist_ok=True)
        _put(place, text, (owner[0] + file.uid, owner[1] + file.gid), int(file.mode, 8))


def _put(path: Path, text: str, owner: tuple[int, int], mode: int = 0o644) -> None:
    """In its place: a container that runs has the file itself, not its name."""
    now = text_of(path)
    if now == text:
        return
    if now is not None:
        path.write_text(text)
        path.chmod(mode)
    else:
        write_atomic(path, text, mode=mode, sync=False, owner=owner)


def text_of(path: Path) -> str | None:
    """None: it is not there."""
    try:
        return path.read_text()
    except FileNotFoundError:
        return None


def peers_of(directory: Path) -> dict[str, str]:
    """Names and addresses as its hosts file has them."""
    found: dict[str, str] = {}
    for line in (directory / "hosts").read_text().splitlines():
        address, _, names = line.partition(" ")
        if not address.startswith(("127.", "::")):
            found |= dict.fromkeys(names.split(), address)
    return found
