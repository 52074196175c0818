"""The engine's list of containers as what is observed of machines: one call, however many there are.

Source: moby, api/swagger.yaml, ContainerSummary; `Status` is text for people, the only place of the exit code.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any

import msgspec

from serai.providers.contract import Forward, Observed, Scope, State
from serai.providers.docker import names
from serai.providers.docker.state import Kept
from serai.spec.machine import Machine

EXITED = re.compile(r"^Exited \((-?\d+)\)")
RESTARTING = re.compile(r"^Restarting \((-?\d+)\)")
ASKED_TO_END = (0, 130, 137, 143)
"""Exit codes of a process that was told to end: 128 + SIGINT, SIGKILL, SIGTERM."""

PLAIN = {
    "created": State.STOPPED,
    "paused": State.PAUSED,
    "removing": State.STOPPING,
    "stopping": State.STOPPING,
    "dead": State.FAILED,
    "initialized": State.STOPPED,
    "configured": State.STOPPED,
}
"""The engine's word -> ours; podman's own words at the end."""


def observed(
    summaries: Collection[Mapping[str, Any]],
    kept: Mapping[str, Kept],
    scope: Scope,
    provider: str,
    only: Collection[str] | None = None,
) -> dict[str, Observed]:
    """Machine -> what is seen of it. `summaries`: `GET /containers/json?all=1` of the project."""
    found: dict[str, Observed] = {}
    for summary in summaries:
        labels = summary.get("Labels") or {}
        name = labels.get(names.MACHINE, "")
        if not name or (only is not None and name not in only):
            continue
        mine = kept.get(name)
        if mine is not None and mine.container != summary["Id"]:
            mine = None
        found[name] = _one(name, summary, labels, mine, scope, provider)
    return found


def _one(
    name: str,
    summary: Mapping[str, Any],
    labels: Mapping[str, str],
    kept: Kept | None,
    scope: Scope,
    provider: str,
) -> Observed:
    applied = kept.applied if kept and kept.applied else spec_of(labels)
    state, problem = state_of(summary, applied, kept)
    return Observed(
        name=name,
        provider=provider,
        state=state,
        native_state=str(summary.get("Status") or summary.get("State") or "").lower(),
        applied=applied,
        pending=kept.pending if kept else {},
        addresses=tuple(_addresses(summary)),
        forwards=forwards_of(labels),
        marks=kept.marks if kept else {},
        snapshots=tuple(each.name for each in kept.snapshots) if kept else (),
        problem=problem,
        ready_at=kept.ready_at if kept else 0.0,
        started_at=kept.started_at if kept else float(summary.get("Created") or 0),
        project=scope.project,
        project_id=scope.project_id,
        project_root=labels.get(names.ROOT, str(scope.root)),
    )


def spec_of(labels: Mapping[str, str]) -> Machine | None:
    """The spec in a container's label; None when it is lost, or of a serai that wrote it otherwise."""
    try:
        return msgspec.json.decode(labels.get(names.SPEC, ""), type=Machine)
    except msgspec.MsgspecError:
        return None


def forwards_of(labels: Mapping[str, str]) -> tuple[Forward, ...]:
    try:
        return msgspec.json.decode(labels.get(names.FORWARDS, "[]"), type=tuple[Forward, ...])
    except msgspec.MsgspecError:
        return ()


def state_of(summary: Mapping[str, Any], applied: Machine | None, kept: Kept | None) -> tuple[State, str]:
    """The state, and a sentence where it is a bad one."""
    word, status = str(summary.get("State") or "").lower(), str(summary.get("Status") or "")
    if word == "running":
        return _running(status, applied, kept)
    if word == "restarting" or (found := RESTARTING.match(status)):
        found = RESTARTING.match(status)
        code = f", with exit code {found[1]}" if found else ""
        return State.STARTING, f"it ends again and again{code}, and the engine restarts it"
    if word == "created" and kept is None:
        return State.CREATING, ""  # serai was killed before the last step
    if word in ("exited", "stopped"):
        return _exited(status, applied, kept)
    if word == "dead":
        return State.FAILED, "the engine could not remove it"
    return PLAIN.get(word, State.UNKNOWN), ""


def _running(status: str, applied: Machine | None, kept: Kept | None) -> tuple[State, str]:
    """Health is the engine's; without a check of its own, what serai has waited for counts."""
    if "(health: starting)" in status or "(starting)" in status:
        return State.STARTING, ""
    if "(unhealthy)" in status:
        return State.RUNNING, "its health check fails"
    ready = applied.ready if applied else None
    waits = ready is not None and (ready.tcp is not None or ready.command is not None)
    if applied and applied.container and applied.container.job:
        return State.STARTING, ""
    if waits and not (kept and kept.ready_at >= kept.started_at > 0):
        return State.RUNNING, ""
    return State.READY, ""


def _exited(status: str, applied: Machine | None, kept: Kept | None) -> tuple[State, str]:
    found = EXITED.match(status)
    code = int(found[1]) if found else 0
    if applied and applied.container and applied.container.job:
        if code == 0:
            return State.READY, ""
        return State.FAILED, f"its command ended with exit code {code}"
    if code in ASKED_TO_END or (kept and kept.halted):
        return State.STOPPED, ""
    return State.FAILED, f"it ended with exit code {code}"


def _addresses(summary: Mapping[str, Any]) -> list[str]:
    networks = (summary.get("NetworkSettings") or {}).get("Networks") or {}
    found = [str(each.get("IPAddress") or "") for each in networks.values() if isinstance(each, dict)]
    return [address for address in found if address]
