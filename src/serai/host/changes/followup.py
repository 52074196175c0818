"""What has to be run once after changes, done or undone: programs that make the host read its files again.

Each can be run twice. The journal keeps what is owed until it was run, for the next run after a kill.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

import msgspec

from serai.host.docker import runs, would_stop
from serai.host.reach.contract import Reach
from serai.util.errors import Code, SeraiError


class FollowUp(msgspec.Struct, frozen=True):
    """`argv` is run when `when` says so; `by_hand` is what a person runs in a tree, where no program runs.

    `otherwise` takes its place where there is no systemd. `spares` tells what running it would break: then it is
    left to a person, with that reason.
    """

    argv: tuple[str, ...]
    when: Callable[[Reach], bool] = lambda reach: True
    otherwise: tuple[str, ...] = ()
    spares: Callable[[Reach], str] = lambda reach: ""

    @property
    def by_hand(self) -> str:
        return " ".join(self.argv)


def _has_systemd(reach: Reach) -> bool:
    return reach.has("/run/systemd/system")


FOLLOW_UPS: dict[str, FollowUp] = {
    "daemon-reload": FollowUp(("systemctl", "daemon-reload"), _has_systemd),
    "update-grub": FollowUp(("update-grub",)),
    "grub-mkconfig": FollowUp(("grub-mkconfig", "-o", "/boot/grub/grub.cfg")),
    "grub2-mkconfig": FollowUp(("grub2-mkconfig", "-o", "/boot/grub2/grub.cfg")),
    "sdbootutil": FollowUp(("sdbootutil", "update-all-entries")),
    "kernel-install": FollowUp(("kernel-install", "add-all")),
    "mkinitcpio": FollowUp(("mkinitcpio", "-P")),
    "proxmox-boot-tool": FollowUp(("proxmox-boot-tool", "refresh")),
    "udev-reload": FollowUp(("udevadm", "control", "--reload"), lambda reach: reach.has("/run/udev/control")),
    "docker-restart": FollowUp(
        ("systemctl", "restart", "docker"), runs, otherwise=("service", "docker", "restart"), spares=would_stop
    ),
}


def by_hand(names: Iterable[str]) -> str:
    """What a person runs in a tree."""
    return "; ".join(FOLLOW_UPS[name].by_hand for name in names)


def in_order(names: Iterable[str]) -> list[str]:
    """Each once, as the table has them: what makes an initramfs comes before what copies it."""
    owed = set(names)
    return [name for name in FOLLOW_UPS if name in owed]


def follow(reach: Reach, name: str) -> str:
    """Run it. Gives what a person has to run: in a tree, and where it would break something; else nothing.

    Raises SeraiError when it fails.
    """
    what = FOLLOW_UPS[name]
    if not reach.live:
        return what.by_hand
    if what.when(reach):
        argv = what.otherwise if what.otherwise and not _has_systemd(reach) else what.argv
        if why := what.spares(reach):
            return f"{' '.join(argv)} ({why})"
        done = reach.run(argv)
        if not done.ok:
            said = [line for line in (done.stderr or done.stdout).splitlines() if line.strip()][-6:]
            raise SeraiError(
                Code.FAILED,
                f"{what.by_hand} ended with exit code {done.code}: {said[-1].strip() if said else 'no message'}",
                details=said,
            )
    return ""
