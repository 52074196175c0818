"""Waiting until a container is ready: its health check, a job's end, or that it did not end at once (DOC-1)."""

from __future__ import annotations

import re
import time
from typing import Any

from serai.providers.contract import Progress
from serai.providers.docker import exits
from serai.providers.docker.events import Events
from serai.spec.container import Container
from serai.spec.machine import Machine
from serai.util.errors import Code, SeraiError

GRACE = 0.25
"""Seconds in which a command that is wrong has ended: looked at so long, where nothing else is waited for."""
LEAST = 0.1
"""Of those, seconds from the engine's answer on: a host that is busy is late with both, answer and command."""
STARTED = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(\.\d{1,6})?\d*(Z|[+-]\d\d:\d\d)?")
"""docker's time is UTC, podman's of the host's zone. Source: RFC 3339, with nanoseconds."""
LOOK = 10.0
"""Seconds after which the container itself is looked at, whatever the stream of events says."""
LAST_LINES = 15
GONE = (404, 409)
"""It has ended meanwhile: what is looked at next says so."""


def wait(
    client: Any,
    events: Events,
    machine: Machine,
    container: str,
    budget: float,
    progress: Progress,
    *,
    here: bool = True,
) -> None:
    """Return when it is ready. Raises Code.FAILED when it has ended, Code.TIMEOUT after `budget` seconds.

    `here`: the engine's clock is this host's, so that the grace is counted from the start itself: an engine that
    starts many at once answers a while after it.
    """
    deadline = time.monotonic() + budget
    spec = machine.container or Container()
    seen = client.inspect_container(container)
    if spec.job:
        _job(client, events, machine, container, deadline, progress)
        return
    if not seen["State"].get("Running") or seen["State"].get("Restarting"):
        raise ended(client, events, machine, container)
    if (seen["State"].get("Health") or {}).get("Status", "") in ("", "none"):  # podman's is empty, without a check
        left = _grace(_age(seen), here)
        if left and events.wait(container, left, lambda fate: fate.died is not None):
            raise ended(client, events, machine, container)
        return
    _healthy(client, events, machine, container, deadline, progress)


def _grace(age: float, here: bool) -> float:
    """Seconds for which a container that was started `age` seconds ago is looked at; 0: it runs for long."""
    if age >= GRACE * 4:
        return 0.0
    return max(GRACE - age, LEAST) if here else GRACE


def _age(seen: Any) -> float:
    """Seconds since the container was started, by the clock of this host; negative ones of a fast engine are 0."""
    from datetime import UTC, datetime

    found = STARTED.match(str(seen["State"].get("StartedAt") or ""))
    if found is None:
        return 0.0
    started = datetime.fromisoformat(f"{found[1]}{found[2] or ''}{(found[3] or 'Z').replace('Z', '+00:00')}")
    return max(0.0, (datetime.now(UTC) - started).total_seconds())


def _healthy(
    client: Any, events: Events, machine: Machine, container: str, deadline: float, progress: Progress
) -> None:
    pause = min(LOOK, _interval(machine)) if machine.provider == "podman" else LOOK
    while True:
        if machine.provider == "podman":
            _check(client, container)
        seen = client.inspect_container(container)["State"]
        health = seen.get("Health") or {}
        if not seen.get("Running") or seen.get("Restarting"):
            raise ended(client, events, machine, container)
        if health.get("Status") == "healthy":
            return
        last = _said(health)
        progress(f"waiting for its health check{f': {last}' if last else ''}")
        left = deadline - time.monotonic()
        if left <= 0:
            raise SeraiError(
                Code.TIMEOUT,
                f"{machine.name}: not ready within {machine.ready.within:g} s: its health check is "
                f"{health.get('Status', 'unknown')}{f': {last}' if last else ''}",
                hint=f"serai logs {machine.name}, or a larger `ready.within`",
                details=last_lines(client, container),
            )
        events.wait(container, min(left, pause), lambda fate: fate.health == "healthy" or fate.died is not None)


def _interval(machine: Machine) -> float:
    """Seconds between two checks, as the file states them."""
    health = machine.container.health if machine.container else None
    return LOOK if health is None or health.interval is None else max(health.interval, GRACE)


def _check(client: Any, container: str) -> None:
    """Have podman run the check: it leaves the turns to timers of systemd, which a host may not have.

    Source: podman-healthcheck-run(1); podman, pkg/api/handlers/libpod/healthcheck.go.
    """
    from serai.providers.docker.connect import LIBPOD, library

    url = f"{client.base_url}/{LIBPOD}/containers/{container}/healthcheck"
    try:
        client._raise_for_status(client._get(url))
    except library().errors.APIError as error:
        if (error.status_code or 0) not in GONE:
            raise


def _said(health: Any) -> str:
    """The last line of the last check that failed."""
    log = health.get("Log") or []
    if not log or not log[-1].get("ExitCode"):
        return ""
    lines = [line for line in str(log[-1].get("Output") or "").splitlines() if line.strip()]
    return lines[-1].strip()[:200] if lines else f"exit code {log[-1]['ExitCode']}"


def _job(
    client: Any, events: Events, machine: Machine, container: str, deadline: float, progress: Progress
) -> None:
    progress("waiting for its command to end")
    while True:
        seen = client.inspect_container(container)["State"]
        if not seen.get("Running"):
            if seen.get("ExitCode") == 0 and not seen.get("Error"):
                return
            raise ended(client, events, machine, container)
        left = deadline - time.monotonic()
        if left <= 0:
            raise SeraiError(
                Code.TIMEOUT,
                f"{machine.name}: its command did not end within {machine.ready.within:g} s",
                hint=f"serai logs {machine.name}, or a larger `ready.within`",
                details=last_lines(client, container),
            )
        events.wait(container, min(left, LOOK), lambda fate: fate.died is not None)


def ended(client: Any, events: Events, machine: Machine, container: str) -> SeraiError:
    """Why it is not running, with its last words. One that was restarted meanwhile does not know it any more."""
    seen = client.inspect_container(container)
    died = events.fate(container).died
    if died is not None and not seen["State"].get("ExitCode"):
        seen["State"]["ExitCode"] = died
    memory = int((seen.get("HostConfig") or {}).get("Memory") or 0)
    reason = exits.why({**seen["State"], "Running": False}, memory)
    spec = machine.container or Container()
    code = seen["State"].get("ExitCode")
    stays = not spec.keep_alive and not spec.job and code == 0 and spec.restart == "no"
    hint = "container.keep_alive: true for a command that ends, container.job: true for one that is meant to"
    if spec.restart not in ("no",) and not spec.restart.startswith("on-failure"):
        reason += f", and restart: {spec.restart} starts it again and again"
    return SeraiError(
        Code.FAILED,
        f"{machine.name}: {reason}",
        hint=hint if stays else f"serai logs {machine.name}",
        details=last_lines(client, container),
    )


def last_lines(client: Any, container: str, count: int = LAST_LINES) -> list[str]:
    """The end of its output; nothing where its log driver cannot be read."""
    from serai.providers.docker.connect import library

    try:
        data: bytes = client.logs(container, tail=count)
    except library().errors.APIError:
        return []
    return [line.rstrip() for line in data.decode(errors="replace").splitlines()]
