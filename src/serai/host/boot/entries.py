"""Entries of the Boot Loader Specification: Fedora and RHEL under GRUB, systemd-boot, openSUSE's sdbootutil.

Source: UAPI Boot Loader Specification, type 1; kernel-install(8); Fedora, 20-grub.install and 10_linux.
"""

from __future__ import annotations

import re

from serai.host.boot.assignments import DEFAULT
from serai.host.boot.form import FORMS
from serai.host.boot.tool import FileTool, Place, text_of
from serai.host.boot.words import Words
from serai.host.facts.source import Reading
from serai.host.reach.contract import Reach

KEPT = "/etc/kernel/cmdline"
DIRECTORIES = ("/boot/loader/entries", "/efi/loader/entries", "/boot/efi/loader/entries")
GRUBENV = "/boot/grub2/grubenv"
GRUB2 = "/boot/grub2"
GRUBS = (GRUB2, "/boot/grub/grub.cfg")
LOADER = "/sys/firmware/efi/efivars/LoaderInfo-4a67b082-0a4c-41cf-b6c7-440b29bb8c4f"
"""Which loader started the kernel. Source: systemd, Boot Loader Interface."""


def entries(reach: Reach) -> list[str]:
    """Paths of the entries that start Linux, the newest kernel's first, those for rescue last."""
    found = []
    for directory in DIRECTORIES:
        for name in reach.names(directory) or ():
            path = f"{directory}/{name}"
            if name.endswith(".conf") and not re.search(r"^efi[ \t]", text_of(reach, path) or "", re.M):
                found.append(path)
    return sorted(found, key=lambda path: ("rescue" not in path, _natural(path)), reverse=True)


def _natural(path: str) -> list[tuple[int, str]]:
    """6.12 is newer than 6.9."""
    return [(int(part), "") if part.isdigit() else (-1, part) for part in re.split(r"(\d+)", path)]


def lines(reach: Reach) -> list[Reading]:
    """What the entries hold; RHEL 8's $kernelopts is looked up."""
    block = FORMS["grubenv"].line(text_of(reach, GRUBENV) or "")
    found = []
    for path in entries(reach):
        line = FORMS["entry"].line(text_of(reach, path) or "")
        found.append(Reading(path, line.replace("$kernelopts", block).replace("$tuned_params", "").strip()))
    return found


def started_by(reach: Reach) -> str:
    """`systemd-boot 257`, `GRUB 2.12`; empty: a BIOS, a tree, or a loader that does not say."""
    data = reach.read(LOADER) if reach.live else None
    return (data or b"")[4:].decode("utf-16-le", errors="replace").strip("\0 ")


def kept_line(reach: Reach) -> Reading | None:
    text = text_of(reach, KEPT)
    return None if text is None else Reading(KEPT, FORMS["cmdline"].line(text))


class _Entries(FileTool):
    """Each entry, and the file that the next one is made from, last: Fedora makes an older one anew."""

    def coming(self, reach: Reach) -> list[Reading]:
        return lines(reach)

    def kept(self, reach: Reach) -> Reading | None:
        return kept_line(reach)

    def _entry_places(self, reach: Reach) -> list[Place]:
        return [
            Place(path=path, form="entry")
            for path in entries(reach)
            if "$kernelopts" not in (text_of(reach, path) or "")
        ]

    def _kept_place(self, reach: Reach) -> Place:
        base = next((each.text for each in lines(reach) if each.text), "")
        return Place(path=KEPT, form="cmdline", base=f"{base}\n" if base else "")


class Grubby(_Entries):
    """GRUB with entries, as Fedora and RHEL have it: what `grubby --update-kernel=ALL` edits."""

    name = "grubby"

    def here(self, reach: Reach) -> str:
        shows = reach.program("grubby") or (GRUB2 if reach.has(GRUB2) else "")
        return shows if entries(reach) else ""

    def places(self, reach: Reach, words: Words) -> list[Place]:
        found = [Place(path=DEFAULT, form="variable")] if reach.has(DEFAULT) else []
        if self._has_block(reach):
            return [*found, Place(path=GRUBENV, form="grubenv"), *self._entry_places(reach)]
        return [*found, *self._entry_places(reach), self._kept_place(reach)]

    @staticmethod
    def _has_block(reach: Reach) -> bool:
        """RHEL 8: the entries hold a name for what stands in GRUB's environment block."""
        return any("$kernelopts" in (text_of(reach, path) or "") for path in entries(reach))

    def kept(self, reach: Reach) -> Reading | None:
        if self._has_block(reach):
            return Reading(GRUBENV, FORMS["grubenv"].line(text_of(reach, GRUBENV) or ""))
        return kept_line(reach)


class SystemdBoot(_Entries):
    """systemd-boot: the entries, and /etc/kernel/cmdline where kernel-install makes them."""

    name = "systemd-boot"

    def here(self, reach: Reach) -> str:
        found = entries(reach)
        by_grub = any(reach.has(path) for path in GRUBS) or bool(reach.program("grubby"))
        if not found or (by_grub and not started_by(reach).startswith("systemd-boot")):
            return ""
        return found[0]

    def places(self, reach: Reach, words: Words) -> list[Place]:
        kept = [self._kept_place(reach)] if self._installs(reach) else []
        return [*self._entry_places(reach), *kept]

    @staticmethod
    def _installs(reach: Reach) -> bool:
        """Whether entries are made by kernel-install: it writes the machine's id into them."""
        made = any(re.search(r"^machine-id[ \t]", text_of(reach, path) or "", re.M) for path in entries(reach))
        return made or reach.has(KEPT)


class Sdbootutil(_Entries):
    """openSUSE with entries, under GRUB or systemd-boot: sdbootutil makes them from /etc/kernel/cmdline.

    Its program also foretells the measured boot of the TPM; so on a running host the entries are its work.
    """

    name = "sdbootutil"

    def here(self, reach: Reach) -> str:
        program = reach.program("sdbootutil")
        return program if program and (reach.has(KEPT) or entries(reach)) else ""

    def owes(self, reach: Reach) -> tuple[str, ...]:
        return ("sdbootutil",)

    def places(self, reach: Reach, words: Words) -> list[Place]:
        return [*([] if reach.live else self._entry_places(reach)), self._kept_place(reach)]
