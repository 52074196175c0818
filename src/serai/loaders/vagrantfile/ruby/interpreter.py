"""The interpreter: runs a file, answers the library's questions, and lets nothing but SeraiError out.

interp = Interpreter(project, environ=os.environ)
interp.define("Vagrant", module)
interp.run_file(project / "Vagrantfile")
with interp.guard():
    interp.call(block, [config])
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path

import msgspec

from serai.loaders.vagrantfile.ruby.bounds import Limits, Meter
from serai.loaders.vagrantfile.ruby.compile import usual  # noqa: F401 - enters what compiles
from serai.loaders.vagrantfile.ruby.compile.compiler import Compiler
from serai.loaders.vagrantfile.ruby.compile.scope import Scope
from serai.loaders.vagrantfile.ruby.environ import Environ
from serai.loaders.vagrantfile.ruby.exceptions import FAULTS
from serai.loaders.vagrantfile.ruby.files import ProjectFiles
from serai.loaders.vagrantfile.ruby.frame import Binding, Block, Frame, Jump, Nest, Return
from serai.loaders.vagrantfile.ruby.library.register import REQUIRES
from serai.loaders.vagrantfile.ruby.modules import LIBRARY
from serai.loaders.vagrantfile.ruby.object import errors, modules, objects, procs  # noqa: F401 - enter their methods
from serai.loaders.vagrantfile.ruby.parse import parse
from serai.loaders.vagrantfile.ruby.running import Running
from serai.loaders.vagrantfile.ruby.runtime import Bounds, Files, RubyError
from serai.loaders.vagrantfile.ruby.values import Array, Object, Str, Value
from serai.util.errors import Code, SeraiError, Where

RECURSION = 16
"""Python's frames for one call of Ruby, at most."""


class Notice(msgspec.Struct, frozen=True):
    """A warning for the person."""

    text: str
    hint: str
    where: Where | None


class Interpreter(Running):
    """One evaluation. `printed` is what the file printed, `project_files.seen` and `environ.seen` what it read."""

    def __init__(
        self,
        project: Path,
        *,
        environ: Mapping[str, str],
        allow_read: Iterable[Path] = (),
        supplied: Mapping[str, str] | None = None,
        cwd: Path | None = None,
        limits: Limits = Limits(),  # noqa: B008 - frozen
        argv: Iterable[str] = (),
        say: Callable[[str], None] | None = None,
    ) -> None:
        self.project = Path(project).absolute()
        self.limits = limits
        self.where = Where("Vagrantfile")
        self.meter = Meter(limits, lambda: self.where)
        self.bounds: Bounds = self.meter
        self.environ: dict[str, str] = Environ(environ)
        self.argv = list(argv)
        self.supplied = {" ".join(command.split()): said for command, said in (supplied or {}).items()}
        self.paths: dict[str, Path] = {}
        self.notices: list[Notice] = []
        self.printed: list[str] = []
        self._say = say
        self._loaded: set[Path] = set()
        self._guarded = False
        super().__init__()
        self.project_files = ProjectFiles(
            self.project, cwd or self.project, allow_read, environ.get("HOME", "/"), self.meter, self.refused,
            self.raised,
        )  # fmt: skip
        self.files: Files = self.project_files
        for part in ("core", "std.names"):
            import_module(f"{LIBRARY}.{part}")
        self.forget()
        self.define("ARGV", Array(Str(word) for word in self.argv))
        self.top = Nest(self.object, None)
        self.top.visibility = "private"

    # From outside

    def define(self, name: str, value: Value) -> None:
        """A top-level constant."""
        self.object.constants[name] = value
        self.constants_version += 1

    def run_file(self, path: Path) -> Value:
        """Run a file of the project. Raises SeraiError."""
        with self.guard():
            value = self._run(Path(path).absolute())
            while self.at_end:
                self.at_end.pop()()
            return value

    @contextmanager
    def guard(self) -> Iterator[None]:
        """Around all that runs code of the file: time is counted, and what comes out is SeraiError alone."""
        if self._guarded:
            yield
            return
        try:
            with self._bounded():
                yield
        except SeraiError as error:
            if self.project_files.outside:
                raise self.project_files.refusal() from error
            raise
        if self.project_files.outside:
            raise self.project_files.refusal()

    @contextmanager
    def _bounded(self) -> Iterator[None]:
        before = sys.getrecursionlimit()
        sys.setrecursionlimit(max(before, self.limits.depth * RECURSION + 4_000))
        self._guarded = True
        try:
            with self.meter.clock():
                yield
        except RubyError as error:
            raise self.uncaught(error) from error
        except Jump as jump:
            raise SeraiError(
                Code.INPUT, f"{type(jump).__name__.lower()} out of a block whose method is over", where=self.where
            ) from None
        except (RecursionError, MemoryError) as fault:
            raise self.too_deep() from fault
        except FAULTS as fault:
            raise self.uncaught(self.as_ruby(fault)) from fault
        finally:
            sys.setrecursionlimit(before)
            self._guarded = False
            self.depth = 0

    # Files of Ruby

    @property
    def file(self) -> Path:
        return self.paths.get(self.where.file, self.project / "Vagrantfile")

    def path_as_run(self, name: str) -> str:
        """`__FILE__`"""
        return str(self.paths.get(name, name))

    def _run(self, path: Path) -> Value:
        self._loaded.add(path)
        name = self._name(path)
        self.paths[name] = path
        before = self.where
        text = self.files.read(str(path))
        end = text.find(b"\n__END__\n")
        if end >= 0:
            self.data_after(text[end + 9 :].decode(errors="replace"))
            text = text[: end + 1]
        value = self._compiled(text.replace(b"\r\n", b"\n"), name)
        self.where = before
        return value

    def _name(self, path: Path) -> str:
        return str(path.relative_to(self.project)) if path.is_relative_to(self.project) else str(path)

    def _compiled(self, text: bytes, name: str) -> Value:
        root, read = parse(text, name)
        scope = Scope("file")
        code = Compiler(self, read, name).program(root, scope)
        frame = Frame([None] * len(scope.names), None, self.main, None, self.top)
        frame.block = None
        frame.method = None
        try:
            return code(frame)
        except Return as jump:
            if jump.target is frame:
                return jump.value
            raise

    def load(self, path: str, *, once: bool) -> bool:
        full = Path(self.files.absolute(path))
        if once and full.suffix != ".rb":
            full = full.with_name(full.name + ".rb")
        if once and full in self._loaded:
            return False
        if self.files.stat(str(full)) != "file":
            if str(full) in self.project_files.outside:
                return True
            raise self.raised("LoadError", f"cannot load such file -- {path}")
        if self.depth > 100:
            raise self.too_deep()
        self.depth += 10
        try:
            self._run(full)
        finally:
            self.depth -= 10
        return True

    def required(self, name: str) -> bool:
        """`require`: what the library knows is there; a file by its path is loaded; a gem is not there."""
        name = name.removesuffix(".rb") if "/" not in name else name
        if name in REQUIRES:
            module = REQUIRES[name]
            if module:
                self._import(module)
            fresh = name not in self._required
            self._required.add(name)
            return fresh
        if name.startswith(("/", "./", "../", "~")):
            return self.load(name, once=True)
        for place in self.load_path:
            full = str(Path(self.to_s(place), name))
            if self.project_files.may(full + ".rb") and self.files.stat(full + ".rb") == "file":
                return self.load(full, once=True)
        raise self.raised("LoadError", f"cannot load such file -- {name}")

    def evaluate(self, text: str, binding: Value, name: str, line: int = 1) -> Value:
        bound = binding.data if isinstance(binding, Object) and isinstance(binding.data, Binding) else None
        frame = bound.frame if bound is not None else Frame([], None, self.main, None, self.top)
        outer = bound.scope if bound is not None else Scope("file")
        self.paths.setdefault(name, self.file)
        scope = Scope("block", outer)
        root, read = parse(text.encode(), name)
        code = Compiler(self, read, name, line).program(root, scope)
        inner = Frame([None] * len(scope.names), frame, frame.me, frame.home, frame.nest)
        inner.block = Block(lambda args, block=None, me=None: None)
        return code(inner)

    def evaluated(self, text: str, binding: Value, place: list[Value]) -> Value:
        """`eval`: `place` is the file and the line that errors shall name. Compiling counts as steps, too."""
        if self.depth > self.limits.depth:
            raise self.too_deep()
        self.meter.step(len(text) + 100)
        name = self.to_s(place[0]) if place else "(eval)"
        line = place[1] if len(place) > 1 and isinstance(place[1], int) else 1
        self.depth += 10
        try:
            return self.evaluate(text, binding, name, line)
        finally:
            self.depth -= 10

    # For the person

    def refused(self, what: str, hint: str) -> SeraiError:
        return SeraiError(Code.INPUT, f"{what} is not supported", hint=hint, where=self.where)

    def warn(self, text: str, hint: str = "") -> None:
        notice = Notice(text, hint, self.where)
        if notice not in self.notices:
            self.notices.append(notice)

    def say(self, text: str) -> None:
        self.meter.printed(len(text))
        self.printed.append(text)
        if self._say is not None and not self.project_files.outside:
            self._say(text)

    def say_error(self, text: str) -> None:
        self.say(text)

    def ran(self, command: str) -> str | None:
        words = " ".join(command.split())
        said = self.supplied.get(words)
        if said is None and "=" in words:
            said = self._supplied_whole(words + "=")
        self.worked = said is not None
        if said is None:
            from shlex import quote

            shown = command if len(command) <= 60 else command[:57] + "…"
            self.warn(
                f"`{shown}` is not run: no command of the host is",
                f"--with {quote(words + '=…')} says what it prints; --ruby runs the file by a real Ruby",
            )
        return said

    def _supplied_whole(self, start: str) -> str | None:
        """--with splits at the first `=`, which may be one of the command's own."""
        for command, printed in self.supplied.items():
            whole = f"{command}={printed}"
            if whole.startswith(start):
                return whole.removeprefix(start)
        return None

    def uncaught(self, error: RubyError) -> SeraiError:
        """What the person sees of an exception that nothing rescued."""
        kind, message = error.error.kind, self.message_of(error.error)
        if self.is_a(error.error, "SystemExit"):
            said = message if error.error.variables.get("aborted") else "the file ends itself by `exit`"
            return SeraiError(Code.INPUT, said, where=error.where)
        text = message.split("\n", 1)[0] if message else "an error without a message"
        return SeraiError(
            Code.INPUT, f"{text} ({kind.name})", hint=self.suggestion(error.error), where=error.where,
            details=message.split("\n")[1:],
        )  # fmt: skip
