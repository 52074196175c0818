"""Hooks: commands of the project file at moments of a machine's life, on the host or in the guest (GUI-6)."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence

from serai.guest.transport import Transport
from serai.plan.steps import Act, Step
from serai.run.events import Emit, Event, Kind
from serai.run.workspace import Workspace
from serai.spec.guest import Event as Moment
from serai.spec.guest import On, OnError
from serai.spec.machine import Machine
from serai.util.errors import Code, SeraiError
from serai.util.process import run

AROUND = {
    Act.CREATE: (Moment.BEFORE_CREATE, Moment.AFTER_CREATE),
    Act.START: (Moment.BEFORE_START, Moment.AFTER_START),
    Act.READY: (None, Moment.AFTER_READY),
    Act.STOP: (Moment.BEFORE_HALT, Moment.AFTER_HALT),
    Act.DESTROY: (Moment.BEFORE_DESTROY, Moment.AFTER_DESTROY),
}
"""Moments around one act."""

PARTING = frozenset({Moment.BEFORE_HALT, Moment.BEFORE_DESTROY})
"""Hooks before an end: one that wants into a guest that does not answer must not keep it alive."""


class Table:
    """Which moments come before and after which step of a run."""

    def __init__(self, steps: Sequence[Step], *, up: bool) -> None:
        self.before: dict[str, list[Moment]] = {}
        self.after: dict[str, list[Moment]] = {}
        chains: dict[str, list[Step]] = {}
        for step in steps:
            if step.act is not Act.IMAGE:
                chains.setdefault(step.machine, []).append(step)
            first, last = AROUND.get(step.act, (None, None))
            self._add(first, last, step, step)
        for chain in chains.values():
            blocks = [step for step in chain if step.act is Act.PROVISION]
            if blocks:
                self._add(Moment.BEFORE_PROVISION, Moment.AFTER_PROVISION, blocks[0], blocks[-1])
            if up:
                self._add(Moment.BEFORE_UP, Moment.AFTER_UP, chain[0], chain[-1])

    def _add(self, before: Moment | None, after: Moment | None, first: Step, last: Step) -> None:
        if before:
            self.before.setdefault(first.id, []).insert(0, before)
        if after:
            self.after.setdefault(last.id, []).append(after)


def fire(
    moment: Moment, machine: Machine, workspace: Workspace, emit: Emit, way_in: Callable[[], Transport]
) -> None:
    """Run the hooks of `moment`. A failing one stops the machine's steps, unless it says `on_error: continue`."""
    for hook in machine.hooks.get(moment, ()):

        def say(line: str) -> None:
            emit(Event(kind=Kind.OUTPUT, machine=machine.name, text=line))

        try:
            if hook.on is On.GUEST:
                way_in().run(hook.run, env=machine.env, on_line=say)
            else:
                done = run(
                    ["sh", "-c", hook.run],
                    cwd=workspace.scope.root,
                    timeout=None,
                    env={
                        **machine.env,
                        "SERAI_MACHINE": machine.name,
                        "SERAI_PROJECT": workspace.scope.project,
                        "SERAI_EVENT": str(moment),
                        "SERAI_PID": str(os.getpid()),
                    },
                )
                for line in (done.stdout + done.stderr).splitlines():
                    say(line)
        except SeraiError as error:
            if hook.on_error is OnError.CONTINUE or moment in PARTING:
                say(f"hook {moment} failed, going on: {error.message}")
                continue
            raise SeraiError(
                Code.FAILED,
                f"{machine.name}: hook {moment} failed: {error.message}",
                hint="mend the command, or say `on_error: continue`",
                details=error.details,
            ) from error
