"""What a Compose file may see: files below its project's directory and what --allow-read adds; variables."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from serai.loaders.access import Access
from serai.loaders.compose.dotenv import Line, entries
from serai.loaders.inputs import ABSENT, FILE, Inputs, kind
from serai.loaders.yaml.nodes import Node
from serai.loaders.yaml.parse import MAX_BYTES
from serai.loaders.yaml.problems import InFile, Problems
from serai.util.errors import Where
from serai.util.paths import expanduser


class Variables:
    """The environment, and below it a file's own `.env`."""

    def __init__(self, environ: Mapping[str, str], own: Mapping[str, str]) -> None:
        self._environ = environ
        self.own = own

    def look(self, name: str) -> str | None:
        value = self._environ.get(name)
        return self.own.get(name) if value is None else value

    def by_file(self, name: str) -> bool:
        """Whether it is a file that says so, and not the environment."""
        return self._environ.get(name) is None and name in self.own

    def below(self, own: Mapping[str, str]) -> Variables:
        """The same with another file's below it: what is known already stays."""
        return Variables(self._environ, {**own, **self.own})


class Files:
    """Reads files for a Compose file, and notes what it looked at. `root` is the project's directory."""

    def __init__(self, root: Path, inputs: Inputs, access: Access, problems: Problems) -> None:
        self.root = root
        self._inputs = inputs
        self._problems = problems
        self._roots = [Path(os.path.realpath(path)) for path in (root, *access.paths)]

    def may(self, path: Path) -> bool:
        """Whether it may be read, links followed."""
        real = Path(os.path.realpath(path))
        return any(real == root or root in real.parents for root in self._roots)

    def there(self, path: Path) -> bool:
        """Whether a file is there that may be read."""
        self._inputs.places[str(path)] = kind(str(path))
        return self._inputs.places[str(path)] == FILE and self.may(path)

    def read(self, text: str, node: Node, *, needed: bool = True) -> tuple[Path, bytes] | None:
        """A file that the Compose file names at `node`, relative to the project; None after a problem."""
        if "\0" in text or not text:
            self._problems.at(node, "is no path of a file")
            return None
        path = self.absolute(text)
        self._inputs.places[str(path)] = what = kind(str(path))
        if not self.may(path):
            hint = f"serai --allow-read {text} … lets it be read"
            self._problems.at(node, f"{text!r} is outside of the project's directory", hint)
            return None
        if what == ABSENT and not needed:
            return None
        if what != FILE:
            self._problems.at(node, f"{'there is no file' if what == ABSENT else 'not a file:'} {text!r}")
            return None
        data = self.content(path)
        if data is None:
            self._problems.at(node, f"{text!r} cannot be read")
        elif len(data) > MAX_BYTES:
            self._problems.at(node, f"{text!r} is larger than {MAX_BYTES >> 20} MiB")
            return None
        return None if data is None else (path, data)

    def absolute(self, text: str) -> Path:
        """Where a path of the file is."""
        if text.startswith("~"):
            self._inputs.whole = False  # where that is, the environment and the host's accounts say together
        return Path(os.path.normpath(self.root / expanduser(text)))

    def content(self, path: Path) -> bytes | None:
        """What a file holds, as far as it is read."""
        try:
            with path.open("rb") as file:
                data = file.read(MAX_BYTES + 1)
        except OSError:
            return None
        self._inputs.places.pop(str(path), None)
        self._inputs.files[str(path)] = data
        return data

    def environment(
        self, text: str, node: Node, variables: Variables, *, needed: bool = True, raw: bool = False
    ) -> dict[str, str]:
        """The variables of an environment file; what is wrong with it is a problem in that file."""
        found = self.read(text, node, needed=needed)
        return {} if found is None else self.parsed(found[0], found[1], variables, raw=raw)

    def parsed(self, path: Path, data: bytes, variables: Variables, *, raw: bool = False) -> dict[str, str]:
        name = self.shown(path)
        try:
            return entries(data.decode("utf-8-sig"), variables.look, raw=raw)
        except UnicodeDecodeError:
            self._problems.add(InFile((1, 1), name), "the file is not UTF-8 text")
        except Line as wrong:
            self._problems.add(InFile((wrong.line, 1), name), str(wrong), wrong.hint)
        return {}

    def shown(self, path: Path) -> str:
        """The path as a person knows it."""
        from serai.loaders.yaml import shown

        return shown(path)


def where_of(node: Node, file: str) -> Where:
    """The place of a node, for a note; `file` is the project's first."""
    place = node.place
    return Where(place.file if isinstance(place, InFile) else file, *place)
