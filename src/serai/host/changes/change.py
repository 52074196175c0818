"""The contract of a change: data that the journal keeps, with the acts that belong to it.

A change is planned against a host, shown, journalled with what stood there before, done, read back, and undone
from the journal, in another process and after a reboot. Each of its acts can be done twice, and after a kill in
the middle.
"""

from __future__ import annotations

from enum import StrEnum

import msgspec

from serai.host.reach.contract import Reach

PLACE = "/var/lib/serai/host"
"""Where a host keeps what serai changed on it (ledger.py)."""
REBOOT = "reboot"
"""What a change waits for that is `Seen.why` of one that is pending."""


class State(StrEnum):
    """What a change came to, read back."""

    DONE = "done"
    PENDING = "pending"
    """It is configured, and takes effect at a reboot, a reload or a login."""
    LOST = "lost"
    """It is not what was asked for: the kernel gave less, or somebody changed it."""


class Seen(msgspec.Struct, frozen=True):
    """What was read back: `read` is the file or the program, `value` what it says now."""

    state: State
    read: str
    value: str
    why: str = ""
    """Why it is not done; for what is pending, what it waits for."""


class Kept(msgspec.Struct, frozen=True, omit_defaults=True):
    """What stood there before, or after: enough to put it back, and to see whether somebody changed it since.

    Each change uses the fields that it needs.
    """

    there: bool = False
    data: bytes = b""
    mode: int = 0
    uid: int = 0
    gid: int = 0
    target: str = ""
    """Of a symbolic link."""
    made: tuple[str, ...] = ()
    """Directories that have to be made for it, the outermost first."""
    value: str = ""
    words: tuple[str, ...] = ()
    parts: dict[str, Kept] = {}
    """Of a change of several files: each by its path."""


class Change(msgspec.Struct, frozen=True, kw_only=True, tag_field="change", omit_defaults=True):
    """One typed edit. A subclass states its own data as fields, and a tag; changes/known.py lists it.

    What the system refuses is an OSError or a SeraiError; the caller undoes what was done of the tuning.
    """

    @property
    def subject(self) -> str:
        """What is changed: a path, a package. Of two changes of one subject the later one counts."""
        raise NotImplementedError

    def title(self) -> str:
        """One line for a person: `write /etc/sysctl.d/90-serai-thp.conf`."""
        raise NotImplementedError

    def holds(self, reach: Reach) -> bool:
        """Whether there is nothing to do."""
        raise NotImplementedError

    def diff(self, reach: Reach) -> list[str]:
        """What would change, in lines as `diff -u` has them, or `old -> new`."""
        raise NotImplementedError

    def before(self, reach: Reach) -> Kept:
        """What stands there now."""
        raise NotImplementedError

    def do(self, reach: Reach, before: Kept) -> None:
        """Do it; also where it is done in part."""
        raise NotImplementedError

    def after(self, reach: Reach) -> Kept:
        """What stands there when it is done, so that `conflict` sees what others did since."""
        return self.before(reach)

    def read_back(self, reach: Reach) -> Seen:
        """What the host really has now, and will have at its next boot."""
        raise NotImplementedError

    def glance(self, reach: Reach) -> Seen:
        """`read_back`, without what takes seconds."""
        return self.read_back(reach)

    def rebooted(self, seen: Seen) -> Seen:
        """What it comes to where the host was started anew since, and `seen` still waits for a reboot."""
        return seen

    def conflict(self, reach: Reach, before: Kept, after: Kept | None) -> str:
        """What somebody else did since, that `undo` would destroy; empty: it can be undone.

        `after` is None where the run ended before the change was done.
        """
        raise NotImplementedError

    def undo(self, reach: Reach, before: Kept, after: Kept | None) -> None:
        """Put back what stood there; also where it was done in part, or undone already."""
        raise NotImplementedError

    @property
    def owes(self) -> tuple[str, ...]:
        """What has to be run when all changes are done, and again when they are undone (changes/followup.py)."""
        return ()
