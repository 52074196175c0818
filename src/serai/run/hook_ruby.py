"""A hook that is a block of Ruby in the Vagrantfile: what it asks of the host and of the guest is done (GUI-6)."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from serai.guest.pipe import as_root
from serai.guest.stream import stream
from serai.guest.transport import OnLine, Transport
from serai.providers.contract import Observed, SshEndpoint, State
from serai.run.workspace import Workspace
from serai.spec.hook import Hook
from serai.spec.machine import Machine
from serai.util.errors import SeraiError
from serai.util.paths import expanduser

WORDS = {
    State.RUNNING: "running",
    State.READY: "running",
    State.STARTING: "running",
    State.PAUSED: "paused",
    State.SUSPENDED: "saved",
    State.STOPPING: "running",
    State.STOPPED: "off",
    State.FAILED: "off",
}
"""What a block is told of a machine; another state is that of one that is not there."""


def evaluate(
    hook: Hook, machine: Machine, workspace: Workspace, way_in: Callable[[], Transport], say: OnLine
) -> None:
    """Evaluate the block for the machine; of a hook that fires once it is told of none.

    Raises Code.INPUT for what Ruby raises, Code.UNSUPPORTED for what serai does not answer, both with the place.
    """
    from serai.loaders.vagrantfile.acting import act

    try:
        act(
            workspace.file,
            hook.ruby or "",
            "" if hook.once else machine.name,
            Hands(machine, workspace, way_in, say, hook.env),
            environ=os.environ,
            access=workspace.access,
            provider=None if machine.provider == "qemu" else machine.provider,
        )
    except SeraiError as error:
        where = f"{error.where}: " if error.where else ""
        raise SeraiError(error.code, f"{where}{error.message}", hint=error.hint, details=error.details) from error


class Hands:
    """What a block has done: see serai.loaders.vagrantfile.actors.Doing."""

    def __init__(
        self,
        machine: Machine,
        workspace: Workspace,
        way_in: Callable[[], Transport],
        say: OnLine,
        env: dict[str, str],
    ) -> None:
        self.machine = machine
        self.workspace = workspace
        self.root: Path = workspace.scope.root
        self.env = {**machine.env, **env}
        self._way_in = way_in
        self._say = say

    def say(self, line: str) -> None:
        self._say(line)

    def host(self, command: str) -> tuple[int, str]:
        done = stream(["sh", "-c", command], env=self.env, cwd=self.root)
        for line in done.stderr.decode(errors="replace").splitlines():
            self._say(line)
        return done.code, done.stdout.decode(errors="replace")

    def guest(self, command: str, *, root: bool) -> tuple[int, str, str]:
        done = self._way_in().run(as_root(command) if root else command, env=self.machine.env, check=False)
        return done.code, done.stdout, done.stderr

    def reached(self) -> bool:
        try:
            return self._way_in().run("true", check=False).ok
        except SeraiError:
            return False

    def upload(self, source: str, destination: str) -> None:
        self._way_in().put(self.root / expanduser(source), destination)

    def download(self, source: str, destination: str) -> None:
        self._way_in().get(source, self.root / expanduser(destination))

    def state(self) -> str:
        seen = self._seen()
        return WORDS.get(seen.state, "") if seen else ""

    def ident(self) -> str:
        return f"{self.workspace.scope.project}/{self.machine.name}" if self.state() else ""

    def address(self) -> tuple[str, int, str, list[str]] | None:
        try:
            way = self.workspace.provider(self.machine.name).endpoint(self.machine.name)
        except SeraiError:
            return None  # it does not run
        if not isinstance(way, SshEndpoint):
            return None
        return way.host, way.port, way.user, [str(way.key)] if way.key else []

    def _seen(self) -> Observed | None:
        return self.workspace.observe([self.machine.name]).get(self.machine.name)
