"""The kernel's command line, now and at the next boot, and the tools that write it: found by what is there.

Source: how each distribution keeps it: BLS entries and grubenv, GRUB's generated file, /etc/kernel/cmdline.
"""

from __future__ import annotations

import shlex
from functools import cached_property

from serai.host.facts.source import Reading, Source, Unknown

NOW = "/proc/cmdline"
KEPT = "/etc/kernel/cmdline"
ENTRIES = "/boot/loader/entries"
GRUB = ("/boot/grub/grub.cfg", "/boot/grub2/grub.cfg")
OF_THE_BOOT = ("BOOT_IMAGE", "initrd", "root", "ro", "rw", "rootflags", "resume")
"""What the boot loader adds or every entry has of its own."""


def arguments(text: str) -> list[str]:
    """The words of a command line; quotes hold a word together."""
    try:
        return shlex.split(text)
    except ValueError:
        return text.split()


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
        source = self._source
        found = []
        for name in reversed(source.names(ENTRIES)):
            if name.endswith(".conf"):
                entry = source.read(f"{ENTRIES}/{name}")
                found += [Reading(entry.path, line.split(None, 1)[1]) for line in entry.lines if _options(line)]
        for path in GRUB:
            lines = [line.split() for line in source.read(path).lines]
            found += [
                Reading(path, " ".join(words[2:])) for words in lines if words[:1] in (["linux"], ["linuxefi"])
            ]
        return [each for each in found if "$kernelopts" not in each.text]

    @cached_property
    def kept(self) -> Reading:
        """/etc/kernel/cmdline: what the entry of the next kernel is made from."""
        return self._source.read(KEPT)

    @cached_property
    def tool(self) -> tuple[str, str]:
        """Who writes kernel arguments here, and the file or program that shows it; both empty: nobody known."""
        source = self._source
        entries = source.has(ENTRIES)
        tests = (
            ("rpm-ostree", "/run/ostree-booted", True),
            ("proxmox-boot-tool", "/etc/kernel/proxmox-boot-uuids", True),
            ("sdbootutil", source.program("sdbootutil"), entries or source.has(KEPT)),
            ("grubby", source.program("grubby"), True),
            ("update-bootloader", source.program("update-bootloader"), True),
            ("update-grub", source.program("update-grub"), True),
            ("grub2-mkconfig", source.program("grub2-mkconfig"), source.has(GRUB[1])),
            ("grub-mkconfig", source.program("grub-mkconfig"), source.has(GRUB[0])),
            ("kernel-install", source.program("kernel-install"), entries),
        )
        return next(((name, path) for name, path, also in tests if path and also and source.has(path)), ("", ""))

    @cached_property
    def initramfs(self) -> str:
        """`dracut`, `initramfs-tools`, `mkinitcpio`, or empty; what was chosen last wins where two are there."""
        source = self._source
        if source.program("mkinitcpio"):
            return "mkinitcpio"
        if source.program("dracut"):
            return "dracut"
        return "initramfs-tools" if source.program("update-initramfs") else ""


def own(text: str) -> list[str]:
    """The arguments that a person has set."""
    words = arguments(text.partition(" -- ")[0])
    return [word for word in words if word.partition("=")[0] not in OF_THE_BOOT]


def _options(line: str) -> bool:
    return line.startswith("options ") and bool(line.split(None, 1)[1:])
