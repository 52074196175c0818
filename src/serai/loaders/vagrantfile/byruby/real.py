"""A real Ruby in the evaluator's place: it runs the files and blocks, and the configuration stays here."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from serai.loaders.access import UNSANDBOXED, Access
from serai.loaders.vagrantfile.byruby import sandbox
from serai.loaders.vagrantfile.byruby.running import HINT, Process
from serai.loaders.vagrantfile.byruby.wire import Wire
from serai.loaders.vagrantfile.ruby.bounds import Limits
from serai.loaders.vagrantfile.ruby.exceptions import FAULTS
from serai.loaders.vagrantfile.ruby.interpreter import Interpreter
from serai.loaders.vagrantfile.ruby.runtime import RubyError
from serai.loaders.vagrantfile.ruby.values import Module, Object, Proc, Str, Value
from serai.util.errors import Where

RECORDER = Path(__file__).with_name("recorder.rb")
SHARED = ("Vagrant", "VagrantPlugins")
"""The modules that the file finds; their methods are answered here."""


class Left(Exception):
    """What a block was called for has ended with it."""


class RealRuby(Interpreter):
    """As Interpreter, from outside. `close` it."""

    def __init__(
        self,
        path: Path,
        *,
        environ: Mapping[str, str],
        access: Access,
        bounds: sandbox.Bounds = sandbox.Bounds(),  # noqa: B008 - frozen
        cwd: Path | None = None,
        argv: Iterable[str] = (),
        say: Callable[[str], None] | None = None,
    ) -> None:
        super().__init__(
            path.parent, environ=environ, allow_read=access.paths, cwd=cwd, argv=argv, say=say,
            limits=Limits(seconds=bounds.seconds, printed=bounds.printed + 1, hint=HINT),
        )  # fmt: skip
        self._path, self._at, self._access = path, cwd or path.parent, access
        self._given = dict(environ)
        self.run_within = bounds
        self._process: Process | None = None
        self.wire = Wire(self._call, self.object, self._module)

    def close(self) -> None:
        if self._process is not None:
            self._process.close()
            self._process = None

    def finish(self) -> None:
        """All has been read: `at_exit` has its turn."""
        if self._process is not None:
            self._process.end()

    def _started(self) -> Process:
        if self._process is not None:
            return self._process
        environ = sandbox.environment(self._given)
        found = sandbox.interpreter(environ)
        ruby, places = sandbox.own_places(found)
        places = [*places, *map(str, self._access.paths), str(RECORDER)]
        words = sandbox.sandbox(self.project, Path(self._at), places, environ)
        if words is None:
            sandbox.consent(self._path, ruby, self._access.ruby, self._access.ask)
        self._process = Process(
            lambda source, sink: [*(words or []), ruby, str(RECORDER), str(source), str(sink)],
            environ=environ,
            cwd=Path(self._at),
            bounds=self.run_within,
            say=self.say,
            place=lambda: self.where,
        )
        self._process.tell(
            {
                "limits": self.run_within.limits(words is not None),
                "project": f"{self.project}/",
                "cwd": str(self._at),
                "argv": self.argv,
                "modules": [about for name in SHARED for about in described(self.constant(name))],
            }
        )
        return self._process

    # Asking it

    def _run(self, path: Path) -> Value:
        self._loaded.add(path)
        name = self._name(path)
        self.paths[name] = path
        text = self.files.read(str(path)).decode(errors="replace")
        self.where = Where(name)
        return self._ask({"run": str(path), "text": text})

    def _call(self, number: int, args: list[Value]) -> Value:
        return self._ask({"call": number, "args": [self.wire.encoded(item) for item in args]})

    def _ask(self, message: dict[str, Any]) -> Value:
        process, before = self._started(), self.where
        process.tell(message)
        while True:
            said = process.hear()
            if "changed" not in said:
                process.tell(self._answer(said))
                continue
            self._note(said)
            self.where = before
            if "done" in said:
                return None
            raise self._failed(said) if "error" in said else Left()

    def _note(self, said: dict[str, Any]) -> None:
        for value in said["changed"]:
            self.wire.decoded(value)
        for name, value in said["environ"].items():
            if value is None:
                self.environ.pop(name, None)
            else:
                self.environ[name] = str(value)

    def _failed(self, said: dict[str, Any]) -> RubyError:
        kind = str(said["kind"])
        error = self.raised(kind, str(said["message"]))
        error.where = self._place(said) or self.where
        error.error.variables.update(where=error.where, remote=said["error"])
        if kind == "SystemExit" and error.message != "exit":
            error.error.variables["aborted"] = True
        return error

    def suggestion(self, error: Object) -> str:
        if error.kind.name == "Errno::EROFS":
            return f"nothing is written from the sandbox; SERAI_RUBY={UNSANDBOXED} runs the file without one"
        return super().suggestion(error)

    # Answering it

    def _answer(self, said: dict[str, Any]) -> dict[str, Any]:
        try:
            self.where = self._place(said) or self.where
            return {"ok": self.wire.encoded(self._value(said))}
        except Left:
            return {"unwound": True}
        except RubyError as error:
            return self._refusal(error)
        except FAULTS as fault:
            return self._refusal(self.as_ruby(fault))

    def _value(self, said: dict[str, Any]) -> Value:
        name = str(said["name"])
        if "responds" in said:
            return self.responds(self.wire.hosts[said["responds"]], name)
        args = [self.wire.decoded(item) for item in said["args"]]
        block = self.wire.decoded(said["block"])
        if block is not None and not isinstance(block, Proc):
            raise TypeError("no block")
        if "module" in said:
            module = self._module(said["module"])
            if module.name.partition("::")[0] not in SHARED:
                raise LookupError(module.name)
            return module.own[name](self, module, args, block)
        return self.wire.hosts[said["send"]].ruby_send(self, name, args, block)

    def _refusal(self, error: RubyError) -> dict[str, Any]:
        remote = error.error.variables.get("remote")
        return {"raise": remote, "kind": error.error.kind.name, "message": error.message}

    def _place(self, said: dict[str, Any]) -> Where | None:
        at = said.get("at")
        if not at:
            return None
        name = self._name(Path(at[0]))
        self.paths.setdefault(name, Path(at[0]))
        return Where(name, int(at[1]))

    def _module(self, name: str) -> Module:
        found = self.builtin(name) or self._named(name)
        return found if found is not None else Module(name, parent=self.object)


def described(module: Module) -> list[dict[str, Any]]:
    """A module and those in it, outer ones first: what the recorder makes of them."""
    constants = {name: value.s for name, value in module.constants.items() if isinstance(value, Str)}
    inner = [value for value in module.constants.values() if isinstance(value, Module)]
    parent = module.parent.name if module.is_class and module.parent is not None else None
    about = {
        "path": module.name,
        "class": module.is_class,
        "parent": parent,
        "methods": list(module.own),
        "constants": constants,
    }
    return [about, *(line for each in inner for line in described(each))]
