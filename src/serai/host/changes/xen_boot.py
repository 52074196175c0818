"""Xen before Linux at the next boot: a drop-in of GRUB's, read back from the hypervisor (XEN-1).

Source: Debian, grub-common, /etc/grub.d/20_linux_xen; xen-hypervisor-common, /etc/default/grub.d/xen.cfg, which
makes Xen's entry the default.
"""

from __future__ import annotations

import re

from serai.host.boot.grub import CONFIGURED
from serai.host.changes.change import REBOOT, Kept, Seen, State
from serai.host.changes.file import WriteFile
from serai.host.reach.contract import Reach

CAPABILITIES = "/proc/xen/capabilities"
LINE = ("xl", "info", "xen_commandline")
FIRST = "Domain-0"
NO_ENTRY = "there is no such entry of Xen's; is /etc/grub.d/20_linux_xen executable?"


class XenBoot(WriteFile, frozen=True, kw_only=True, tag="xen-boot"):
    """The drop-in, and in `words` what the hypervisor's command line has when it runs."""

    words: tuple[str, ...]

    def title(self) -> str:
        return f"boot Xen, with {' '.join(self.words)}"

    def read_back(self, reach: Reach) -> Seen:
        if not self.holds(reach):
            return super().read_back(reach)
        if not reach.live:
            return Seen(State.PENDING, self.path, "as written", REBOOT)
        if not is_dom0(reach):
            return _next_boot(reach) or Seen(State.PENDING, self.path, "as written", REBOOT)
        line = reach.run(LINE).stdout.strip()
        lost = [word for word in self.words if word not in line.split()]
        if not lost:
            return Seen(State.DONE, " ".join(LINE), line)
        return Seen(State.PENDING, " ".join(LINE), f"without {' '.join(lost)}", REBOOT)

    def rebooted(self, seen: Seen) -> Seen:
        return Seen(State.LOST, seen.read, seen.value, "the host was started anew, and not by this entry of Xen's")

    def conflict(self, reach: Reach, before: Kept, after: Kept | None) -> str:
        """Guests would be left without the tools that made them."""
        if running := guests(reach):
            return f"{', '.join(running[:3])} run{'s' if len(running) == 1 else ''} on Xen here"
        return super().conflict(reach, before, after)


def _next_boot(reach: Reach) -> Seen | None:
    """Where GRUB's default is no entry that it has: it would start its first one, Linux without Xen."""
    for path in CONFIGURED:
        text = (reach.read(path) or b"").decode(errors="replace")
        defaults = re.findall(r'^\s*set default="([^"$]+)"', text, re.MULTILINE)
        if defaults and f"menuentry '{defaults[-1]}'" not in text:
            return Seen(State.LOST, path, f"default: {defaults[-1]}", NO_ENTRY)
    return None


def is_dom0(reach: Reach) -> bool:
    return b"control_d" in (reach.read(CAPABILITIES) or b"")


def guests(reach: Reach) -> list[str]:
    """Domains beside dom0; the first line of the list is its heading."""
    if not reach.live or not is_dom0(reach):
        return []
    names = [line.split()[0] for line in reach.run(("xl", "list")).stdout.splitlines()[1:] if line.split()]
    return [name for name in names if name != FIRST]
