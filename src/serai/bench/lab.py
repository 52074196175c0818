"""Machines for a benchmark: a project of its own in a scratch directory, brought up, asked, and destroyed."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from serai.run.workspace import Workspace
from serai.util.errors import Code, SeraiError, SeraiErrors

Say = Callable[[str], None]
"""Told what is being done."""

NO_DRIVER = "the guest has no driver for it"

_REAL = re.compile(r"^real\s+([0-9.]+)$", re.MULTILINE)
_PING = re.compile(r"= [0-9.]+/([0-9.]+)/[0-9.]+ ms")


class Guest:
    """A machine that runs, to be asked."""

    def __init__(self, workspace: Workspace, name: str) -> None:
        from serai.run.reach import way

        self.name = name
        self._way = way(workspace, name)

    def sh(self, script: str, *, timeout: float = 300) -> str:
        """What the script printed, errors included. Raises Code.FAILED with its last lines."""
        done = self._way.run(f"{{ {script}\n}} 2>&1", check=False, timeout=timeout)
        if done.code:
            last = done.stdout.strip().splitlines()[-3:]
            raise SeraiError(
                Code.FAILED, f"{self.name}: the benchmark's script ended with {done.code}", details=last
            )
        return done.stdout

    def dd(self, words: str) -> float:
        """Seconds that dd took."""
        return self.timed(f"dd {words}")

    def timed(self, command: str) -> float:
        """Seconds that a pipeline took in the guest, to a hundredth: busybox's time knows no more."""
        return max(0.01, _first(_REAL, self.sh(f"time -p sh -c '{command}'"), "time"))

    def ping(self, address: str, count: int) -> float:
        """Milliseconds of a round trip, the average of `count`."""
        return _first(_PING, self.sh(f"ping -q -c {count} -i 0.05 {address}"), "ping")

    def modules(self, *names: str) -> bool:
        """Whether the guest's kernel has them all, now loaded."""
        return self._way.run(f"modprobe -a {' '.join(names)}", check=False, timeout=60).code == 0


def _first(pattern: re.Pattern[str], text: str, who: str) -> float:
    found = pattern.search(text)
    if not found:
        raise SeraiError(Code.FAILED, f"{who} in the guest did not say how long it took: {text.strip()[-200:]!r}")
    return float(found[1])


@contextmanager
def _project(machines: Mapping[str, Any], provider: str) -> Iterator[Workspace]:
    """A project of these machines, as long as it is needed."""
    import msgspec

    from serai.run.workspace import open_workspace

    with tempfile.TemporaryDirectory(prefix="serai-bench-") as folder:
        file = Path(folder) / "serai.yaml"
        project = {"project": "serai-bench", "defaults": {"provider": provider}, "machines": dict(machines)}
        file.write_bytes(msgspec.json.encode(project))  # JSON is YAML
        yield open_workspace(_File(str(file)))


@contextmanager
def lab(machines: Mapping[str, Any], provider: str, say: Say) -> Iterator[tuple[Workspace, dict[str, Guest]]]:
    """The machines, ready. Destroyed at the end whatever happens; a kill leaves them to `serai global-status`."""
    from serai.run.verbs import destroy, up

    with _project(machines, provider) as workspace:

        def emit(event: Any) -> None:
            if event.text:
                say(f"{event.machine}: {event.text}" if event.machine else event.text)

        try:
            done = up(workspace, emit=emit, consent=lambda plan: True)
            if done.outcome.failures:
                raise done.outcome.failures[0].error
            yield workspace, {name: Guest(workspace, name) for name in machines}
        finally:
            destroy(workspace, (), emit=emit, consent=lambda names: True, force=True)


def refused(variants: Mapping[str, Mapping[str, Any]], provider: str) -> dict[str, str]:
    """Which variants the provider would refuse to make a machine of on this host, and why. Makes nothing."""
    from serai.run.verbs import refuse

    found = {}
    for variant, machine in variants.items():
        with _project({"bench": machine}, provider) as workspace:
            try:
                refuse(workspace, list(workspace.project.machines.values()))
            except SeraiErrors as errors:
                found[variant] = "; ".join(error.message.removeprefix("bench: ") for error in errors.errors)
    return found


def without(lost: Mapping[str, str]) -> str:
    """`; without nvme (libvirt 9.0 has no emulated NVMe)`: what a comparison leaves out, and why."""
    return "".join(f"; without {variant} ({why})" for variant, why in lost.items())


class _File:
    """What `open_workspace` wants of the command line's options."""

    def __init__(self, file: str) -> None:
        self.file = file
