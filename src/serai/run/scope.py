"""Which project a directory is: found again after a move, told apart from a copy, alive without its `.serai/`."""

from __future__ import annotations

import os
from pathlib import Path

import msgspec

from serai.providers.contract import Scope
from serai.util import paths
from serai.util.digest import sha256
from serai.util.errors import Code, SeraiError
from serai.util.files import private_dir, write_atomic

KEY = "ssh"
"""The directory of the project's key, in its home (see guest/keys.py)."""


class Record(msgspec.Struct, kw_only=True):
    """`projects/NAME-ID/project.json`, and (without providers) `.serai/project.json` in the project directory."""

    project: str
    id: str
    root: str
    providers: list[str] = []
    """Providers that this project has had machines on, beside those in its file."""


def _read(path: Path) -> Record | None:
    try:
        return msgspec.json.decode(path.read_bytes(), type=Record)
    except (FileNotFoundError, NotADirectoryError, msgspec.MsgspecError):
        return None


def _central() -> Path:
    return paths.home() / "projects"


def records() -> list[tuple[Path, Record]]:
    """All projects that serai keeps machines for: (home, record)."""
    found = []
    try:
        homes = sorted(_central().iterdir())
    except FileNotFoundError:
        return []
    for home in homes:
        if record := _read(home / "project.json"):
            found.append((home, record))
    return found


def scope_of(project: str, root: Path) -> Scope:
    """The scope of the project in `root`. Reads only; `settle` writes it down.

    Found by `.serai/project.json` (also after the directory was moved), else by the directory's path. A copy
    of a project directory is a project of its own: its record names a directory that still has the same id.
    """
    root = root.resolve()
    local = _read(root / ".serai" / "project.json")
    known = records()  # once: another process may write itself down now, and would be taken for another project
    if local:
        for home, record in known:
            if record.id == local.id and (Path(record.root) == root or not _claims(Path(record.root), local.id)):
                return Scope(project=project, project_id=record.id, root=root, home=home)
    else:
        for home, record in known:
            if Path(record.root) == root:
                return Scope(project=project, project_id=record.id, root=root, home=home)

    taken = {record.id for _, record in known}
    salt = 0
    while True:
        new = sha256(os.fsencode(f"{root}\0{salt}")).hexdigest()[:8]
        if new not in taken:
            return Scope(project=project, project_id=new, root=root, home=_central() / f"{project}-{new}")
        salt += 1


def _claims(root: Path, project_id: str) -> bool:
    local = _read(root / ".serai" / "project.json")
    return local is not None and local.id == project_id


def kept_for() -> set[str]:
    """Ids of the projects of which there are templates of warm starts."""
    if not (paths.home() / "templates").is_dir():
        return set()
    from serai.providers.qemu import template

    return {each.project_id for each in template.all_of_them()}


def forget_keys() -> None:
    """Remove the keys of projects of which nothing is left, no template either."""
    from serai.util.files import remove_tree

    kept = kept_for()
    for key in _central().glob(f"*/{KEY}"):
        home = key.parent
        if not (home / "project.json").exists() and home.name.rpartition("-")[2] not in kept:
            remove_tree(home)


def settle(scope: Scope, providers: list[str]) -> None:
    """Write the scope down on both sides, so that it is found again. Called with the project's lock held.

    Raises Code.REFUSED where `.serai` is no directory of the project's own: a link could lead anywhere.
    """
    own = scope.root / ".serai"
    if own.is_symlink() or (own.exists() and not own.is_dir()):
        from shlex import quote

        raise SeraiError(
            Code.REFUSED,
            f"{own} is {'a link' if own.is_symlink() else 'a file'}: serai keeps there what is this project's own",
            hint=f"if you do not need it: rm {quote(str(own))}",
        )
    central = scope.home / "project.json"
    old = _read(central)
    known = sorted({*(old.providers if old else ()), *providers})
    record = Record(project=scope.project, id=scope.project_id, root=str(scope.root), providers=known)
    if old != record:
        private_dir(scope.home)
        write_atomic(central, msgspec.json.format(msgspec.json.encode(record)))
    local = Record(project=scope.project, id=scope.project_id, root=str(scope.root))
    path = own / "project.json"
    if _read(path) != local:
        own.mkdir(exist_ok=True)
        write_atomic(path, msgspec.json.format(msgspec.json.encode(local)), mode=0o644)
        write_atomic(own / ".gitignore", "*\n", mode=0o644)


def used_providers(scope: Scope) -> list[str]:
    """Providers that the project has had machines on."""
    record = _read(scope.home / "project.json")
    return record.providers if record else []


def forget(scope: Scope) -> None:
    """Nothing of the project is left: remove its home, and what it put into the project directory.

    Its key stays while there are templates of its guests, which let in nobody else.
    """
    from serai.util.files import remove_tree

    if scope.project_id in kept_for():
        for path in scope.home.iterdir():
            if path.name != KEY:
                remove_tree(path) if path.is_dir() else path.unlink()
    else:
        remove_tree(scope.home)
    local = scope.root / ".serai"
    if local.is_symlink():
        return  # what it leads to is another's
    for name in ("project.json", ".gitignore"):
        (local / name).unlink(missing_ok=True)
    try:
        local.rmdir()
    except OSError:
        return  # the user keeps something of their own there
