"""Proxmox VE where proxmox-boot-tool copies kernels to EFI partitions, booted by systemd-boot or by GRUB.

Entries of systemd-boot are made from /etc/kernel/cmdline, those of GRUB by grub-mkconfig. Both get the words, so
that either way of booting has them. Source: Proxmox VE, Host Bootloader.
"""

from __future__ import annotations

from serai.host.boot.assignments import DEFAULT
from serai.host.boot.entries import KEPT, kept_line
from serai.host.boot.grub import DropIn, set_by
from serai.host.boot.tool import FileTool, Place
from serai.host.boot.words import Words
from serai.host.facts.source import Reading
from serai.host.reach.contract import Reach

PARTITIONS = "/etc/kernel/proxmox-boot-uuids"


class Proxmox(FileTool):
    name = "proxmox-boot-tool"

    def here(self, reach: Reach) -> str:
        return PARTITIONS if reach.has(PARTITIONS) else ""

    def owes(self, reach: Reach) -> tuple[str, ...]:
        return ("proxmox-boot-tool",)

    def coming(self, reach: Reach) -> list[Reading]:
        """The partitions are not mounted: nothing to be seen."""
        return []

    def kept(self, reach: Reach) -> Reading | None:
        found = kept_line(reach)
        by_systemd = found is not None and reach.has("/sys/firmware/efi")
        return found if by_systemd or not reach.has(DEFAULT) else Reading(DEFAULT, set_by(reach))

    def places(self, reach: Reach, words: Words) -> list[Place]:
        grub = DropIn().places(reach, words) if reach.has(DEFAULT) else []
        systemd = [Place(path=KEPT, form="cmdline")] if reach.has(KEPT) else []
        return [*grub, *systemd]
