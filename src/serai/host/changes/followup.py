"""What has to be run once after changes, done or undone: programs that make the host read its files again.

Each can be run twice. The journal keeps what is owed until it was run, for the next run after a kill.
"""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from serai.host.reach.contract import Reach
from serai.util.errors import Code, SeraiError


class FollowUp(msgspec.Struct, frozen=True):
    """`argv` is run when `when` says so; `by_hand` is what a person runs in a tree, where no program runs."""

    argv: tuple[str, ...]
    when: Callable[[Reach], bool] = lambda reach: True

    @property
    def by_hand(self) -> str:
        return " ".join(self.argv)


def _has_systemd(reach: Reach) -> bool:
    return reach.has("/run/systemd/system")


FOLLOW_UPS: dict[str, FollowUp] = {
    "daemon-reload": FollowUp(("systemctl", "daemon-reload"), _has_systemd),
    "udev-reload": FollowUp(("udevadm", "control", "--reload"), lambda reach: reach.has("/run/udev/control")),
}


def follow(reach: Reach, name: str) -> str:
    """Run it. In a tree: gives what a person has to run there; else nothing. Raises SeraiError when it fails."""
    what = FOLLOW_UPS[name]
    if not reach.live:
        return what.by_hand
    if what.when(reach):
        done = reach.run(what.argv)
        if not done.ok:
            said = [line for line in (done.stderr or done.stdout).splitlines() if line.strip()][-6:]
            raise SeraiError(
                Code.FAILED,
                f"{what.by_hand} ended with exit code {done.code}: {said[-1].strip() if said else 'no message'}",
                details=said,
            )
    return ""
