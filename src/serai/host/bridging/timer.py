"""The timer that puts the network back: a process of its own, which outlives serai and the session it ran in.

Everything that it needs is in one directory below /run. The directory's name is the state: whoever renames
`pending` first, the timer or the one who confirms, has decided.
"""

from __future__ import annotations

import shlex
from contextlib import suppress
from enum import StrEnum

from serai.host.reach.contract import Reach
from serai.util.errors import Code, SeraiError

PLACE = "/run/serai-bridge"
LEDGER = "/var/lib/serai/host"
RECORD = f"{LEDGER}/bridge.json"
ROLLED_BACK = f"{LEDGER}/bridge.rolled-back"
"""What the timer leaves: one line, when and why. It stays until a bridge is confirmed."""
UNIT = "serai-bridge-rollback"


class Verdict(StrEnum):
    """What became of a change; also the name of its directory below PLACE."""

    PENDING = "pending"
    CONFIRMED = "confirmed"
    ROLLED_BACK = "rolled-back"
    NONE = "none"


def script(within: float, steps: list[str]) -> str:
    """The timer: waits, and unless confirmed runs `steps`, takes the record away, and says why.

    It needs a shell, sleep, mv, rm, date and cat: what the smallest host has.
    """
    return "\n".join(
        [
            "#!/bin/sh",
            "# Puts the network of this host back unless the change is confirmed: serai host confirm",
            "trap '' HUP INT TERM",
            f"cd {PLACE} || exit 1",
            f"left={round(within)}",
            f'while [ "$left" -gt 0 ] && [ -d {Verdict.PENDING} ]; do sleep 1; left=$((left - 1)); done',
            f"mv {Verdict.PENDING} rolling-back 2>/dev/null || exit 0",
            *steps,
            f"rm -f {RECORD}",
            f'echo "$(date -u +%Y-%m-%dT%H:%M:%SZ) $(cat rolling-back/why)" >{ROLLED_BACK}',
            f"mv rolling-back {Verdict.ROLLED_BACK}",
            "",
        ]
    )


def arm(reach: Reach, within: float, steps: list[str], files: dict[str, str]) -> None:
    """Start the timer; `files` are kept beside it for its steps. Raises SeraiError where it does not run."""
    clear(reach)
    inside = f"{PLACE}/{Verdict.PENDING}"
    for place in (PLACE, inside):
        reach.make_directory(place, mode=0o700)
    for name, text in files.items():
        reach.write(f"{PLACE}/{name}", text.encode(), mode=0o600)
    say_why(reach, f"nobody confirmed it within {within:g} s")
    reach.write(f"{PLACE}/timer", script(within, steps).encode(), mode=0o700)
    done = reach.run(_detached(reach), timeout=20)
    if not done.ok:
        clear(reach)
        raise SeraiError(Code.FAILED, f"the timer does not start: {done.stderr.strip() or done.code}")


def _detached(reach: Reach) -> tuple[str, ...]:
    """By systemd where it is, as logind may end the processes of a login; else in a session of its own."""
    if reach.has("/run/systemd/system") and reach.program("systemd-run"):
        return ("systemd-run", "--quiet", "--collect", f"--unit={UNIT}", "/bin/sh", f"{PLACE}/timer")
    return ("sh", "-c", f"setsid sh {shlex.quote(PLACE)}/timer </dev/null >/dev/null 2>&1 &")


def say_why(reach: Reach, why: str) -> None:
    """What the timer shall say when it puts the network back."""
    with suppress(FileNotFoundError):  # the timer was faster
        reach.write(f"{PLACE}/{Verdict.PENDING}/why", f"{why}\n".encode(), mode=0o600)


def verdict(reach: Reach) -> Verdict:
    """What became of the change that was begun last. A timer that is at work just now is still pending."""
    if not reach.live or not reach.has(PLACE):
        return Verdict.NONE
    for each in (Verdict.CONFIRMED, Verdict.ROLLED_BACK):
        if reach.has(f"{PLACE}/{each}"):
            return each
    return Verdict.PENDING


def confirm(reach: Reach) -> bool:
    """Stop the timer; false: it was faster, or there is none."""
    if reach.has(f"{PLACE}/{Verdict.CONFIRMED}"):
        return True
    if not reach.has(f"{PLACE}/{Verdict.PENDING}"):
        return False
    return reach.run(("mv", f"{PLACE}/{Verdict.PENDING}", f"{PLACE}/{Verdict.CONFIRMED}")).ok


def why_rolled_back(reach: Reach) -> str:
    """When and why a change was put back; empty: none was."""
    return (reach.read(ROLLED_BACK) or b"").decode(errors="replace").strip()


def left_behind(reach: Reach) -> str:
    """What a person should know of a change that was not kept, or waits; empty: nothing."""
    if verdict(reach) in (Verdict.PENDING, Verdict.CONFIRMED):
        return "the network was changed, and waits for serai host confirm"
    why = why_rolled_back(reach)
    return f"a bridge was put back: {why}" if why else ""


def clear(reach: Reach) -> None:
    """Take away what the timer worked with. A timer that still runs ends by itself."""
    if reach.has(PLACE):
        reach.run(("rm", "-rf", PLACE))
