"""All files of a Compose project as one: variables and includes worked in, services extended, overrides laid on.

Nothing is fetched: what lies on another host is refused. Paths come out relative to the project's directory.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from serai.loaders.compose.find import project_name
from serai.loaders.compose.interpolate import Wrong, filled, substitute
from serai.loaders.compose.merge import Merger
from serai.loaders.compose.reading import Files, Variables
from serai.loaders.compose.rebase import is_remote, joined, rebased
from serai.loaders.yaml.nodes import Map, Node, Scalar, Seq, is_null, kind, plain
from serai.loaders.yaml.parse import parse
from serai.loaders.yaml.problems import InFile, Problems
from serai.util.errors import Code, SeraiError, Where, did_you_mean

SECTIONS = ("services", "networks", "volumes", "secrets", "configs")
PROJECT = "COMPOSE_PROJECT_NAME"
MAX_FILES = 200
MAX_CHAIN = 32
"""Services that extend one another, and files that include one another."""
AFAR = "serai reads files of this host alone: copy it into the project"

Unset = Callable[[Node, str], None]


class Composer:
    """Reads the files. `variables_of` says with which variables a service was read."""

    def __init__(self, main: Path, files: Files, problems: Problems, unset: Unset) -> None:
        self.variables_of: dict[str, Variables] = {}
        self._main = main
        self._files = files
        self._problems = problems
        self._unset = unset
        self._read: dict[tuple[Path, str, Variables], tuple[Map, dict[str, str]] | None] = {}

    def model(
        self, sources: list[Path], variables: Variables, prefix: str = "", trail: tuple[Path, ...] = ()
    ) -> Map | None:
        """The files as one, the later over the earlier. `prefix`: what their paths are relative to."""
        merged: Map | None = None
        for path in sources:
            found = self._file(path, prefix, variables)
            if found is None:
                continue
            root, tags = found
            root = self._included(root, variables, prefix, (*trail, path))
            root = self._extended(root, merged, path, variables)
            merged = root if merged is None else Merger(self._problems, tags).files(merged, root)
        services = merged.items.get("services") if merged else None
        for name in services.items if isinstance(services, Map) else ():
            self.variables_of.setdefault(name, variables)
        return merged

    def _file(self, path: Path, prefix: str, variables: Variables) -> tuple[Map, dict[str, str]] | None:
        """One file's nodes, once for each way that it is read, with the tags of what it overrides."""
        key = (path, prefix, variables)
        if key not in self._read:
            if len(self._read) >= MAX_FILES:
                raise SeraiError(Code.INPUT, f"more than {MAX_FILES} files", where=Where(self._problems.file))
            self._read[key] = self._parsed(path, prefix, variables)
        return self._read[key]

    def _parsed(self, path: Path, prefix: str, variables: Variables) -> tuple[Map, dict[str, str]] | None:
        data = self._files.content(path)
        name = self._files.shown(path)
        if data is None:
            self._problems.add(InFile((1, 1), name), "the file cannot be read")
            return None
        problems = self._problems if path == self._main else Problems(name)
        tags: dict[str, str] = {}
        root = parse(data, problems, tags)
        if problems is not self._problems:
            self._problems.absorb(problems)

        if path == self._main:
            self._name(root, variables)

        def refuse(node: Node, wrong: Wrong) -> None:
            self._problems.at(node, str(wrong), wrong.hint)

        elsewhere = "" if path == self._main else name
        return rebased(filled(root, elsewhere, variables.look, self._unset, refuse), prefix), tags

    def _name(self, root: Map, variables: Variables) -> None:
        """The project's name is a variable: the environment's, else the file's, else the directory's."""
        node = root.items.get("name")
        if variables.look(PROJECT) is not None:
            return
        stated = ""
        if isinstance(node, Scalar) and not is_null(node):
            with suppress(Wrong):  # told where the file is filled in
                stated = substitute(node.text, variables.look, lambda name: None)
        variables.own = {**variables.own, PROJECT: project_name(stated, self._files.root)}

    # `include`

    def _included(self, root: Map, variables: Variables, prefix: str, trail: tuple[Path, ...]) -> Map:
        node = root.items.get("include")
        items = dict(root.items)
        items.pop("include", None)
        root = root.replaced(items)
        if node is None or is_null(node):
            return root
        for entry in node.items if isinstance(node, Seq) else [node]:
            other = self._include(entry, variables, prefix, trail)
            root = root if other is None else self._imported(root, other)
        return root

    def _include(self, entry: Node, variables: Variables, prefix: str, trail: tuple[Path, ...]) -> Map | None:
        options = entry.items if isinstance(entry, Map) else {"path": entry}
        for key in options:
            if key not in ("path", "project_directory", "env_file") and isinstance(entry, Map):
                near = did_you_mean(key, ["path", "project_directory", "env_file"])
                self._problems.at_key(
                    entry, key, f"unknown key, {near or 'there are path, project_directory, env_file'}"
                )
        sources = [path for item in _scalars(options.get("path")) if (path := self._local(item, prefix))]
        if not sources:
            if "path" in options and not _scalars(options["path"]):
                self._problems.at(entry, f"must be the path of a file, or a map with `path`, not {kind(entry)}")
            return None
        if sources[0] in trail or len(trail) > MAX_CHAIN:
            circle = " → ".join(self._files.shown(path) for path in (*trail, sources[0])[-MAX_CHAIN:])
            self._problems.at(entry, f"files include each other in a circle: {circle}")
            return None
        stated = _scalars(options.get("project_directory"))
        folder = joined(prefix, stated[0].text) if stated else self._folder(sources[0])
        env_files = _scalars(options.get("env_file"))
        own: dict[str, str] = {}
        for item in env_files:
            own |= self._files.environment(joined(prefix, item.text), item, variables.below(own))
        usual = self._files.absolute(folder) / ".env"
        if not env_files and self._files.there(usual) and (data := self._files.content(usual)) is not None:
            own = self._files.parsed(usual, data, variables)
        return self.model(sources, variables.below(own) if own else variables, folder, trail)

    def _local(self, node: Scalar, prefix: str) -> Path | None:
        """A file of this host that may be read."""
        if is_remote(node.text):
            self._problems.at(node, f"{node.text!r} is not on this host", AFAR)
            return None
        found = self._files.read(joined(prefix, node.text), node)
        return found[0] if found else None

    def _folder(self, path: Path) -> str:
        return os.path.relpath(path.parent, self._files.root)

    def _imported(self, root: Map, other: Map) -> Map:
        """What another file has, beside what this one has; the same name twice must mean the same."""
        items = dict(root.items)
        for section in SECTIONS:
            theirs, ours = other.items.get(section), items.get(section)
            if not isinstance(theirs, Map):
                continue
            if not isinstance(ours, Map):
                items[section] = theirs
                continue
            for name, node in theirs.items.items():
                if name in ours.items and plain(ours.items[name]) != plain(node):
                    place = f"{section}.{name}: the file states it too, and differently"
                    self._problems.add(theirs.keys[name], place, "lay it over in an override file")
            both = {**theirs.items, **ours.items}
            items[section] = Map(both, {**theirs.keys, **ours.keys}, ours.place, ours.path)
        return root.replaced(items)

    # `extends`

    def _extended(self, root: Map, before: Map | None, path: Path, variables: Variables) -> Map:
        services = root.items.get("services")
        if not isinstance(services, Map):
            return root
        earlier = before.items.get("services") if before else None
        known = {**(earlier.items if isinstance(earlier, Map) else {}), **services.items}
        made = {name: self._service(name, known, path, variables, ()) for name in services.items}
        return root.replaced({**root.items, "services": services.replaced(made)})

    def _service(
        self,
        name: str,
        services: dict[str, Node],
        path: Path,
        variables: Variables,
        trail: tuple[tuple[Path, str], ...],
    ) -> Node:
        """A service with all that it extends below it."""
        node = services[name]
        if not isinstance(node, Map) or "extends" not in node.items:
            return node
        extends = node.items["extends"]
        items = dict(node.items)
        del items["extends"]
        own = node.replaced(items)
        if (path, name) in trail or len(trail) > MAX_CHAIN:
            circle = " → ".join(each for _, each in (*trail, (path, name)))
            self._problems.at(extends, f"services extend each other in a circle: {circle}")
            return own
        trail = (*trail, (path, name))
        base, file = self._reference(extends)
        if base is None:
            return own
        if file is not None:
            found = self._from(file, variables)
            if found is None:
                return own
            path, services = found
        if base.text not in services:
            near = did_you_mean(base.text, list(services)) or f"there are {', '.join(list(services)[:12])}"
            self._problems.at(base, f"{self._files.shown(path)} has no service {base.text!r}, {near}")
            return own
        below = self._service(base.text, services, path, variables, trail)
        return Merger(self._problems).services(below, own) if isinstance(below, Map) else own

    def _reference(self, extends: Node) -> tuple[Scalar | None, Scalar | None]:
        """The service, and the file that it is in, where another one is named."""
        options = extends.items if isinstance(extends, Map) else {"service": extends}
        for key in options:
            if key not in ("service", "file") and isinstance(extends, Map):
                self._problems.at_key(extends, key, "unknown key, there are service, file")
        service, file = (next(iter(_scalars(options.get(key))), None) for key in ("service", "file"))
        if service is None:
            self._problems.at(extends, "needs the name of a service: `{service: NAME, file: FILE}`")
        return service, file

    def _from(self, file: Scalar, variables: Variables) -> tuple[Path, dict[str, Node]] | None:
        path = self._local(file, "")
        found = self._file(path, self._folder(path), variables) if path else None
        if path is None or found is None:
            return None
        services = found[0].items.get("services")
        return path, dict(services.items) if isinstance(services, Map) else {}


def _scalars(node: Node | None) -> list[Scalar]:
    """The texts of a list, or of one value."""
    if node is None or is_null(node):
        return []
    return [item for item in (node.items if isinstance(node, Seq) else [node]) if isinstance(item, Scalar)]
