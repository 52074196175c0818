"""The kernel's command line, now and at the next boot, and the tools that write it: found by what is there.

Source: how each distribution keeps it: BLS entries and grubenv, GRUB's generated file, /etc/kernel/cmdline.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property

from serai.host.boot import entries, grub
from serai.host.boot.known import found
from serai.host.facts.source import Reading, Source, Unknown
from serai.host.initramfs.known import found as initramfs

NOW = "/proc/cmdline"
KEPT = entries.KEPT
ENTRIES = "/boot/loader/entries"
OF_THE_BOOT = ("BOOT_IMAGE", "initrd", "root", "ro", "rw", "rootflags", "resume", "vt.handoff")
"""What the boot loader adds or every entry has of its own. Source: Ubuntu, 10_linux: vt_handoff."""


def arguments(text: str) -> list[str]:
    """The words of a command line; quotes hold a word together."""
    try:
        return shlex.split(text)
    except ValueError:
        return text.split()


@contextmanager
def _closed(path: str) -> Iterator[None]:
    """What only root may read is not known."""
    try:
        yield
    except OSError as error:
        raise Unknown(f"cannot be read: {error.strerror}", error.filename or path) from error


class Boot:
    """How this host boots."""

    def __init__(self, source: Source) -> None:
        self._source = source

    @cached_property
    def now(self) -> Reading:
        reading = self._source.read(NOW)
        if not reading.there:
            raise Unknown("there is none", NOW)
        return reading

    def argument(self, name: str) -> str | None:
        """The value of the last `name=value` now, empty for a bare word; None: it is not given."""
        given = [word.partition("=") for word in arguments(self.now.text)]
        values = [value for key, _, value in given if key.replace("-", "_") == name.replace("-", "_")]
        return values[-1] if values else None

    @cached_property
    def next(self) -> list[Reading]:
        """The command lines that the boot loader's files hold, newest first; empty: none of them is known here."""
        self._source.has("/boot")
        reach = self._source.reach
        with _closed(ENTRIES):
            here = found(reach)
            lines = here[0].coming(reach) if here else [*entries.lines(reach), *grub.lines(reach)]
        return [each for each in lines if each.text and "$kernelopts" not in each.text]

    @cached_property
    def kept(self) -> Reading:
        """What the entry of the next kernel is made from: /etc/kernel/cmdline, or the boot tool's own file."""
        self._source.has("/etc")
        with _closed(ENTRIES):
            here = found(self._source.reach)
            kept = here[0].kept(self._source.reach) if here else None
        return kept or self._source.read(KEPT)

    @cached_property
    def tool(self) -> tuple[str, str]:
        """Who writes kernel arguments here, and the file or program that shows it; both empty: nobody known."""
        for place in ("/usr/bin", "/run/ostree-booted"):
            self._source.has(place)
        with _closed(ENTRIES):
            here = found(self._source.reach)
        return (here[0].name, here[1]) if here else ("", "")

    @cached_property
    def initramfs(self) -> str:
        """`dracut`, `initramfs-tools`, `mkinitcpio`, or empty."""
        self._source.has("/usr/bin")
        tool = initramfs(self._source.reach)
        return tool.name if tool else ""


def own(text: str) -> list[str]:
    """The arguments that a person has set; not those that GRUB computes when it boots."""
    words = arguments(text.partition(" -- ")[0])
    return [word for word in words if word.partition("=")[0] not in OF_THE_BOOT and not word.startswith("$")]
