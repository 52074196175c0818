"""An opened project: its file, its scope, its providers, and what they say of its machines."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from fnmatch import fnmatchcase
from pathlib import Path

from msgspec import structs

from serai.loaders.access import NONE, Access
from serai.providers.contract import ALIVE, Capabilities, Observed, Provider, Scope, State
from serai.providers.registry import provider_class
from serai.run.scope import records, scope_of, settle, used_providers
from serai.spec.machine import Machine, Project
from serai.util.errors import Code, SeraiError, did_you_mean
from serai.util.locks import lock


class Workspace:
    """What every command works on. Opening it reads the project file and nothing else."""

    def __init__(
        self,
        project: Project,
        file: Path,
        scope: Scope,
        again: Callable[[Collection[str]], object] | None = None,
        access: Access = NONE,
    ) -> None:
        self.project = project
        self.file = file
        self.again = again
        """Reads the file as one whose machines of these names are up together: raises what is then wrong in it."""
        self.access = access
        """What the file may see when it is read again."""
        self.scope = structs.replace(
            scope,
            engines=engines_of(project),
            pools=tuple(name for name, pool in project.pools.items() if pool.type is not None),
        )
        self.notes: list[str] = []
        """What is done in another way than the file says, a sentence each."""
        self._providers: dict[str, Provider] = {}
        self._capabilities: dict[str, Capabilities] = {}
        self._lock = threading.Lock()

    def driver(self, name: str) -> Provider:
        """The provider called `name`, for this project."""
        with self._lock:
            if name not in self._providers:
                self._providers[name] = provider_class(name)(self.scope)
            return self._providers[name]

    def capabilities(self, name: str) -> Capabilities:
        """What the provider called `name` can do: asked once, however many machines want to know."""
        if name not in self._capabilities:
            self._capabilities[name] = self.driver(name).capabilities()
        return self._capabilities[name]

    def provider(self, machine: str) -> Provider:
        """The provider that a machine of the file (or, if it exists elsewhere, of the engines) is on."""
        known = self.project.machines.get(machine)
        if known:
            return self.driver(known.provider)
        found = self.observe([machine]).get(machine)
        if not found:
            raise unknown(machine, list(self.project.machines))
        return self.driver(found.provider)

    def observe(self, names: Collection[str] | None = None) -> dict[str, Observed]:
        """What exists, by name: one look at each provider that the file or the project's past names."""
        wanted = {machine.provider for machine in self.project.machines.values()}
        found: dict[str, Observed] = {}
        for name in sorted(wanted | set(used_providers(self.scope))):
            for machine, observed in self.driver(name).observe(names).items():
                found.setdefault(machine, observed)
        return found

    def settled(self, observed: dict[str, Observed]) -> None:
        """Machines that exist stay on the provider that has them: the file's word counts for new ones."""
        import msgspec

        machines = dict(self.project.machines)
        for name, seen in observed.items():
            if name in machines and machines[name].provider != seen.provider:
                machines[name] = msgspec.structs.replace(machines[name], provider=seen.provider)
        self.project = msgspec.structs.replace(self.project, machines=machines)

    def stay(self, names: Collection[str] | None = None) -> None:
        """As `settled`, for a command that needs no more of what exists: no engine is asked where there is one."""
        known = {machine.provider for machine in self.project.machines.values()} | set(used_providers(self.scope))
        if len(known) > 1:
            self.settled(self.observe(names))

    def put(self, machine: Machine) -> None:
        """From now on the machine is this one."""
        import msgspec

        machines = {**self.project.machines, machine.name: machine}
        self.project = msgspec.structs.replace(self.project, machines=machines)

    def targets(self, names: Sequence[str], *, one: bool = False, extra: Collection[str] = ()) -> list[Machine]:
        """The machines that `names` (names, globs or /patterns/) mean, in the file's order; none means all.

        With `one`: exactly one; without names the primary, or the only one. `extra` are machines that exist
        but are not in the file. Raises Code.INPUT for a name that means nothing.
        """
        machines = {**self.project.machines, **{name: Machine(name=name) for name in extra}}
        if names and not extra and any(name not in machines for name in names):
            machines |= self.beside_the_file()
        if not names:
            chosen = list(self.project.machines.values())
            if one and len(chosen) > 1:
                chosen = [machine for machine in chosen if machine.primary]
                if not chosen:
                    raise SeraiError(
                        Code.INPUT,
                        "which machine? the project has several and none is primary",
                        hint=f"name one of {', '.join(self.project.machines)}",
                    )
            return chosen
        hits: set[str] = set()
        for name in names:
            found = _named(name, machines)
            if not found:
                raise unknown(name, list(machines))
            hits |= found
        if one and len(hits) > 1:
            raise SeraiError(Code.INPUT, f"{names[0]} means {len(hits)} machines; this needs one")
        return [machine for name, machine in machines.items() if name in hits]

    def of_file(self, names: Sequence[str]) -> list[Machine]:
        """As `targets`, those of the file alone. Raises Code.INPUT for a word that means none of them."""
        chosen = self.targets(names)
        for word in names:
            if not _named(word, self.project.machines):
                raise SeraiError(
                    Code.INPUT,
                    f"{word} is not in the project file: what it is to be like is not known",
                    hint=f"write it there, or serai destroy {word}",
                )
        return [machine for machine in chosen if machine.name in self.project.machines]

    def to_reload(self, names: Sequence[str]) -> list[str]:
        """Those that go down to come up again: as `up` means them, and without names those that are up besides."""
        chosen = self.of_file(names)
        if not names and not all(machine.autostart for machine in chosen):
            states = ALIVE | {State.SUSPENDED}
            standing = {name for name, seen in self.observe().items() if seen.state in states}
            chosen = [machine for machine in chosen if machine.autostart or machine.name in standing]
        return [machine.name for machine in chosen]

    def beside_the_file(self) -> dict[str, Machine]:
        """Machines that exist and are not in the file: forks and clones."""
        known = self.project.machines
        seen = {name: each for name, each in self.observe().items() if name not in known}
        return {name: each.applied or Machine(name=name) for name, each in seen.items()}

    @contextmanager
    def changing(self, verb: str, say: object = None) -> Iterator[None]:
        """Hold the project's lock for a command that changes something, and write the scope down.

        A second one waits; `say`, if given, is called with who holds it. Reading commands never lock.
        Raises Code.INPUT where the project's directory cannot be written down.
        """
        for place in (self.scope.root, self.scope.home):
            _encodable(place)
        path = self.scope.home / "lock"
        note = f"serai {verb} (pid {os.getpid()})"
        try:
            with lock(path, what=f"project {self.scope.project}", note=note, wait=False):
                settle(self.scope, sorted({machine.provider for machine in self.project.machines.values()}))
                yield
                return
        except SeraiError as error:
            if error.code is not Code.BUSY or not error.message.startswith("project "):
                raise
            if callable(say):
                say(f"waiting: {error.message}")
        with lock(path, what=f"project {self.scope.project}", note=note):
            settle(self.scope, sorted({machine.provider for machine in self.project.machines.values()}))
            yield


def _encodable(place: Path) -> None:
    """Records are JSON, which is UTF-8 (RFC 8259, 8.1); the name of a file can be any bytes."""
    try:
        str(place).encode()
    except UnicodeEncodeError as error:
        shown = os.fsencode(place).decode(errors="backslashreplace")
        raise SeraiError(
            Code.INPUT,
            f"{shown}: the name of this directory is not UTF-8: no machine can be written down with it",
            hint="give it another name, or move the project",
        ) from error


def engines_of(project: Project) -> dict[str, tuple[str, ...]]:
    """The libvirts and dom0s that the file names, each once; an empty word for the one that is meant where none
    is named."""
    machines = project.machines.values()
    found = {
        "libvirt": {machine.providers.libvirt.uri or "" for machine in machines if machine.provider == "libvirt"},
        "xen": {_dom0(machine) for machine in machines if machine.provider == "xen"},
    }
    return {name: tuple(sorted(engines)) for name, engines in found.items() if engines}


def _dom0(machine: Machine) -> str:
    from serai.providers.xen_guest import dom0_of

    return dom0_of(machine)


def _named(word: str, known: Collection[str]) -> set[str]:
    """Those of `known` that a name, a glob or a /regular expression/ means."""
    if len(word) > 2 and word[0] == word[-1] == "/":
        import re

        try:
            pattern = re.compile(word[1:-1])
        except re.error as error:
            raise SeraiError(
                Code.INPUT, f"{word} is no pattern: {error}", hint="serai status lists names"
            ) from error
        return {name for name in known if pattern.search(name)}
    return {name for name in known if name == word or fnmatchcase(name, word)}


def unknown(name: str, known: Sequence[str]) -> SeraiError:
    """The error for a machine that is nowhere."""
    hint = did_you_mean(name, known) or f"there are {', '.join(known)}"
    return SeraiError(Code.INPUT, f"no machine is called {name!r}", hint=hint)


def open_workspace(options: object = None, *, provider: str | None = None) -> Workspace:
    """Find and read the project file. `options` is what the command line gave (its `file`), or None."""
    from serai.loaders import find
    from serai.loaders.access import of
    from serai.loaders.cache import load
    from serai.providers.registry import BUILT_IN, known, raw_block
    from serai.run.boxes import vagrantfile

    named = getattr(options, "file", None)
    path = Path(named) if named else find()
    project = load(
        path,
        provider=provider,
        known_provider=known,
        raw_block=raw_block,
        built_in=BUILT_IN,
        access=of(options, os.environ),
        tell=getattr(options, "tell", None),
        boxes=vagrantfile,
    )
    scope = scope_of(project.project, path.resolve().parent)

    def again(together: Collection[str]) -> object:
        from serai.loaders import either

        return either.load(path, provider=provider, access=of(options, os.environ), together=together)

    return Workspace(_joined(project, scope), path, scope, again, of(options, os.environ))


def _joined(project: Project, scope: Scope) -> Project:
    """With public networks that say nothing joined to what was answered earlier (VAG-7)."""
    if not any(nic.public for machine in project.machines.values() for nic in machine.networks):
        return project
    from serai.run import public

    answer = public.remembered(scope)
    return public.joined(project, answer) if answer else project


def every_project() -> list[tuple[Scope, list[str]]]:
    """The scopes of all projects on this host, with the providers that each has had machines on."""
    return [
        (
            Scope(project=record.project, project_id=record.id, root=Path(record.root), home=home),
            record.providers,
        )
        for home, record in records()
    ]


def everything() -> list[tuple[Scope, str, Observed]]:
    """All machines of this user's projects: (scope, name, what is seen of it)."""
    found: list[tuple[Scope, str, Observed]] = []
    for scope, providers in every_project():
        seen: dict[str, Observed] = {}
        for provider in providers:
            seen.update(provider_class(provider)(scope).observe())
        found += [(scope, name, seen[name]) for name in sorted(seen)]
    return found


def forget_empty() -> list[str]:
    """Remove the records of projects that have no machine and no directory any more; their names."""
    from serai.util.files import remove_tree

    kept = {scope.home for scope, _, _ in everything()}
    gone = [scope for scope, _ in every_project() if scope.home not in kept and not scope.root.is_dir()]
    for scope in gone:
        remove_tree(scope.home)
    return [scope.project for scope in gone]


def gone(observed: Observed | None) -> bool:
    """Nothing of the machine exists."""
    return observed is None or observed.state is State.ABSENT
