"""One reading of a Vagrantfile and of those below it: the interpreter with `Vagrant` in it, and what it
captured."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from serai.loaders.access import NONE, Access
from serai.loaders.vagrantfile.config.load import Block, Loaded
from serai.loaders.vagrantfile.config.vagrant_module import plugins_module, vagrant
from serai.loaders.vagrantfile.ruby.environ import Environ
from serai.loaders.vagrantfile.ruby.interpreter import Interpreter
from serai.loaders.vagrantfile.ruby.values import Proc
from serai.util.errors import Where

if TYPE_CHECKING:
    from serai.loaders.vagrantfile import Boxes


def interpreter(
    path: Path,
    environ: Mapping[str, str],
    access: Access,
    also: Iterable[Path],
    cwd: Path | None,
    argv: Iterable[str],
    say: Callable[[str], None] | None,
    kind: type[Interpreter] = Interpreter,
) -> Interpreter:
    """serai's own, or a real Ruby where that is wanted. `also`: files that may be read besides."""
    if access.ruby:
        from serai.loaders.vagrantfile.byruby.real import RealRuby

        access = msgspec.structs.replace(access, paths=(*access.paths, *also))
        return RealRuby(path, environ=environ, access=access, cwd=cwd, argv=argv, say=say)
    return kind(
        path.parent,
        environ=environ,
        allow_read=[*access.paths, *also],
        supplied=dict(access.answers),
        cwd=cwd,
        argv=argv,
        say=say,
    )


class Reading:
    def __init__(
        self,
        path: Path,
        *,
        environ: Mapping[str, str],
        access: Access = NONE,
        also: Iterable[Path] = (),
        boxes: Boxes | None = None,
        cwd: Path | None = None,
        argv: Iterable[str] = (),
        say: Callable[[str], None] | None = None,
        kind: type[Interpreter] = Interpreter,
    ) -> None:
        self.boxes = boxes
        self.interpreter = interpreter(path, environ, access, also, cwd, argv, say, kind)
        self.captured: list[Block] = []
        self.done: dict[Path, list[Block]] = {}
        self.interpreter.define("Vagrant", vagrant(self.interpreter, self.capture))
        self.interpreter.define("VagrantPlugins", plugins_module())

    def capture(self, version: str, block: Proc, where: Where) -> None:
        self.captured.append((version, block))

    def blocks(self, source: Path) -> list[Block]:
        """The `configure` blocks of a file, which is run once."""
        kept = self.done.get(source)
        if kept is None:
            self.captured = []
            self.interpreter.run_file(source)
            kept = self.done[source] = self.captured
        return kept

    def box_blocks(self, box: str, version: str | None, provider: str, architecture: str | None) -> list[Block]:
        """Those of an installed box's own Vagrantfile."""
        if self.boxes is None:
            return []
        source = self.boxes(box, version, provider, architecture)
        if source is None:
            return []
        self.interpreter.project_files.allow(source.parent)
        return self.blocks(source)

    def finish(self) -> None:
        """All of it has been read."""
        if (finish := getattr(self.interpreter, "finish", None)) is not None:
            finish()

    def close(self) -> None:
        if (close := getattr(self.interpreter, "close", None)) is not None:
            close()

    def looked_at(self) -> dict[str, str | None]:
        """Environment variables that a file asked for, with their values at first."""
        environ = self.interpreter.environ
        return dict(environ.seen) if isinstance(environ, Environ) else {}

    def notices(self) -> list[tuple[Where, str, str]]:
        return [(notice.where or Where(""), notice.text, notice.hint) for notice in self.interpreter.notices]

    def strange(self, loaded: list[Loaded]) -> list[tuple[Where, str, str]]:
        """One warning for each namespace that nobody knows."""
        found: dict[str, Where] = {}
        for item in loaded:
            for name, where in item.root.strange.items():
                found.setdefault(name, where)
        return [
            (where, f"config.{name}: no such namespace is known, it has no effect", "a plugin's? leave it out")
            for name, where in found.items()
        ]
