"""Shows a run while it goes on: one live line a machine on a terminal, plain lines elsewhere. All on stderr."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextvars import ContextVar
from types import TracebackType

from serai.cli.say import CYAN, RED, is_terminal, put, tinted
from serai.cli.table import coloured, columns, where
from serai.plan.steps import Act, Step
from serai.plan.up import Action, MachinePlan, Plan
from serai.providers.contract import Effect, Observed, State
from serai.run.events import Event, Kind

PROVISIONED = "/provision:"
"""In the id of a step that does a block."""
IMAGE = "image:"
"""What the step of an image begins with: it is of no one machine."""
MADE_BY: ContextVar[Callable[[], Lines] | None] = ContextVar("MADE_BY", default=None)
"""What makes the reporter, where a command wants its own."""


def reporter(quiet: bool = False) -> Lines:
    """The reporter that fits where stderr goes."""
    if quiet:
        return Silent()
    if own := MADE_BY.get():
        return own()
    if not is_terminal(sys.stderr):
        return Lines()
    from serai.cli.live import Live

    return Live()


class Lines:
    """Plain lines, each complete in itself; a wait is repeated only when its reason changes."""

    def __init__(self) -> None:
        self._last: dict[str, str] = {}
        self._lock = threading.Lock()
        self.began = time.monotonic()
        self.took: dict[str, float] = {}
        """Seconds from the start of the run until each machine's last step ended."""
        self.width = 0
        self.steps: dict[str, list[Step]] = {}
        """Each machine's steps that are not done yet."""
        self.blocks: dict[str, list[tuple[str, bool, float]]] = {}
        """(block, whether it was done, seconds) of each machine, in the order of their ends."""
        self.budgets: dict[str, float] = {}
        """Seconds that each machine has to become ready."""

    def __enter__(self) -> Lines:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        return None

    def names(self, names: list[str]) -> None:
        """Align the output on these machines' names."""
        self.width = max((len(name) for name in names), default=0)

    def follow(self, steps: Sequence[Step]) -> None:
        """Know what is to be done, so that a machine that waits for another can be shown as such."""
        for step in steps:
            if step.act is not Act.IMAGE:
                self.steps.setdefault(step.machine, []).append(step)

    def emit(self, event: Event) -> None:
        """Take one event; called from many threads."""
        with self._lock:
            if event.kind is Kind.END and event.machine in self.steps:
                self.steps[event.machine] = [step for step in self.steps[event.machine] if step.id != event.step]
            if event.kind in (Kind.END, Kind.FAILED):
                self.took[event.machine] = time.monotonic() - self.began
                if PROVISIONED in event.step:
                    done = (event.step.partition(PROVISIONED)[2], event.kind is Kind.END, event.seconds)
                    self.blocks.setdefault(event.machine, []).append(done)
            self._take(event)

    def say(self, text: str) -> None:
        put(text, err=True)

    def _take(self, event: Event) -> None:
        name = ("image" if event.step.startswith(IMAGE) else event.machine).ljust(self.width)
        match event.kind:
            case Kind.NOTE:
                self.say(f"{tinted('note', CYAN)}  {event.text}")
            case Kind.BEGIN | Kind.PROGRESS:
                if self._last.get(event.machine) != event.text:
                    self._last[event.machine] = event.text
                    self.say(f"{name}  {event.text}")
            case Kind.OUTPUT:
                self.say(f"{name}  | {event.text}")
            case Kind.END if event.text or PROVISIONED in event.step:
                what = event.step.partition("/")[2].replace("provision:", "provisioned ", 1)
                told = ": ".join(filter(None, (what, event.text)))
                self.say(f"{name}  {told}  {event.seconds:.1f} s")
            case Kind.FAILED:
                # Of an image, the error at the end says why, once for all machines that are made from it.
                said = event.step.partition(":")[2] if event.step.startswith(IMAGE) else event.text
                self.say(f"{name}  {tinted('failed', RED)}  {said}")
            case _:
                pass


class Silent(Lines):
    """Shows nothing but failures: for --json and --quiet."""

    def _take(self, event: Event) -> None:
        return None


def recap(blocks: dict[str, list[tuple[str, bool, float]]]) -> list[str]:
    """What came of a machine's blocks, where there were several or one failed: `site 1.2 s, app failed 0.3 s`."""
    rows = [
        (name, ", ".join(f"{key} {'' if done else 'failed '}{seconds:.1f} s" for key, done, seconds in ran))
        for name, ran in blocks.items()
        if len(ran) > 1 or not all(done for _, done, _ in ran)
    ]
    return columns(rows)


COUNTED = {
    Action.CREATE: "to create",
    Action.RECREATE: "to recreate",
    Action.START: "to start",
    Action.RESUME: "to resume",
    Action.WAIT: "to wait for",
    Action.CHANGE: "to change",
    Action.PROVISION: "to provision",
}


def headline(project: str, plan: Plan) -> str:
    """`shop: 3 machines on qemu, plan: 3 to create`."""
    providers = sorted({machine.provider for machine in plan.machines})
    count = len(plan.machines)
    parts = []
    for action, words in COUNTED.items():
        number = sum(1 for machine in plan.machines if machine.action is action)
        if number:
            parts.append(f"{number} {words}")
    machines = f"{count} machine{'s' if count != 1 else ''} on {', '.join(providers)}"
    return f"{project}: {machines}, plan: {', '.join(parts) or 'nothing to do'}"


def layer_rows(machine: MachinePlan) -> list[tuple[str, str, str]]:
    """What of a new machine's blocks is there already."""
    if machine.start is None:
        return []
    done, more = len(machine.start.blocks), sum(1 for _, why in machine.blocks if why != "always")
    kept = time.strftime("%Y-%m-%d %H:%M", time.localtime(machine.start.at))
    what = f"{', '.join(machine.start.blocks)} (kept {kept})"
    return [(machine.name, f"from a layer with {done} of {done + more} blocks", what)]


def warmth_rows(machine: MachinePlan) -> list[tuple[str, str, str]]:
    """Whether a new machine boots."""
    if machine.warmth is None:
        return []
    return [(machine.name, "warm" if machine.warmth.warm else "cold", machine.warmth.why)]


def layer_lines(plan: Plan) -> list[str]:
    """What new machines start from: the layers, and whether they boot."""
    rows = [row for machine in plan.machines for row in (*layer_rows(machine), *warmth_rows(machine))]
    return columns(rows)


def plan_lines(plan: Plan) -> list[str]:
    """The plan key by key, one line each."""
    rows: list[tuple[str, str, str]] = []
    for machine in plan.machines:
        if machine.action in (Action.CREATE, Action.START, Action.RESUME, Action.WAIT):
            origin = f", a fork of {machine.fork}" if machine.fork else ""
            rows.append((machine.name, str(machine.action), f"is {machine.state}{origin}"))
        for change in machine.changes:
            effect = "recreate" if change.effect is Effect.RECREATE else str(change.effect)
            if change.refused:
                effect += f", refused: {change.refused}"
            elif change.reason:
                effect += f" ({change.reason})"
            rows.append((machine.name, change.line(), effect))
        if machine.action is Action.RECREATE:
            gone = f"destroys its disks {', '.join(machine.destroys)}" if machine.destroys else "its disks stay"
            rows.append((machine.name, "recreate", gone))
        if machine.settles:
            rows.append((machine.name, "settings and names of peers in the guest", "live (over SSH)"))
        rows += layer_rows(machine) + warmth_rows(machine)
        if machine.no_layer:
            rows.append((machine.name, "no further layers", machine.no_layer))
        for key, why in machine.blocks:
            rows.append((machine.name, f"provision {key}", why))
    for name in plan.extra:
        rows.append((name, "left alone", f"not in the project file (serai destroy {name})"))
    return columns(rows)


def summary(
    observed: dict[str, Observed],
    names: list[str],
    took: dict[str, float],
    blocks: dict[str, dict[str, bool]],
    ran: Mapping[str, list[tuple[str, bool, float]]] = {},
) -> list[str]:
    """One line a machine at the end of a run. `blocks`: its blocks, and whether each is done unasked."""
    rows = []
    for name in names:
        seen = observed.get(name)
        state = seen.state if seen else State.ABSENT
        done = _provisioned(blocks.get(name, {}), set(seen.marks), ran.get(name, [])) if seen else ""
        time_taken = f"{took[name]:.1f} s" if name in took else ""
        rows.append((name, coloured(state), where(seen), time_taken, done))
    return columns(rows)


def _provisioned(blocks: dict[str, bool], marks: set[str], ran: list[tuple[str, bool, float]]) -> str:
    """`provisioned 2 of 3, app failed`: one that failed now does not count, whatever it once did."""
    last = {key: done for key, done, _ in ran}
    failed = [key for key, done in last.items() if not done]
    counted = [key for key, unasked in blocks.items() if unasked or key in marks]
    if not counted:
        return ""
    done = sum(1 for key in counted if key in marks and key not in failed)
    return ", ".join([f"provisioned {done} of {len(counted)}", *(f"{key} failed" for key in failed)])
