"""Unified kernel images: the command line is inside of the image, so that every edit makes the images anew.

Source: UAPI, Unified Kernel Image: PE section `.cmdline`; mkinitcpio(8), --cmdline: /etc/cmdline.d/*.conf where
there are any, else /etc/kernel/cmdline; kernel-install(8), layout=uki.
"""

from __future__ import annotations

import re
import struct

from serai.host.boot.entries import KEPT, kept_line, started_by
from serai.host.boot.form import FORMS
from serai.host.boot.tool import FileTool, Place, text_of
from serai.host.boot.words import Words
from serai.host.facts.source import Reading
from serai.host.reach.contract import Reach

PRESETS = "/etc/mkinitcpio.d"
PARTS = "/etc/cmdline.d"
IMAGES = ("/efi/EFI/Linux", "/boot/EFI/Linux", "/boot/efi/EFI/Linux")
INSTALL = ("/etc/kernel/install.conf", "/usr/lib/kernel/install.conf")


class Uki(FileTool):
    name = "uki"

    def here(self, reach: Reach) -> str:
        if started_by(reach).startswith("GRUB"):
            return ""
        return _preset(reach) or _layout(reach)

    def owes(self, reach: Reach) -> tuple[str, ...]:
        return ("mkinitcpio",) if _preset(reach) else ("kernel-install",)

    def coming(self, reach: Reach) -> list[Reading]:
        found = []
        for directory in IMAGES:
            for name in sorted(reach.names(directory) or (), reverse=True):
                data = reach.read(f"{directory}/{name}") if name.endswith(".efi") else None
                if data:
                    found.append(Reading(f"{directory}/{name}", command_line(data)))
        return sorted(found, key=lambda each: "fallback" in each.path or "rescue" in each.path)

    def kept(self, reach: Reach) -> Reading | None:
        parts = _parts(reach)
        if not parts:
            return kept_line(reach)
        return Reading(
            f"{PARTS}/*.conf", " ".join(FORMS["cmdline"].line(text_of(reach, path) or "") for path in parts)
        )

    def places(self, reach: Reach, words: Words) -> list[Place]:
        parts = _parts(reach)
        if not parts:
            base = next((each.text for each in self.coming(reach)), "")
            return [Place(path=KEPT, form="cmdline", base=f"{base}\n" if base else "")]
        own = f"{PARTS}/90-serai-{words.name}.conf"
        others = [path for path in parts if path != own]
        line = " ".join(FORMS["cmdline"].line(text_of(reach, path) or "") for path in others)
        if words.hold(line) and not reach.has(own):
            return []
        head = f"# Written by serai host tune {words.name}; serai host undo {words.name} removes it.\n"
        left = " ".join(word for word in line.split() if not words.unwanted(word))
        drop_in = Place(path=own, text=f"{head}{' '.join(words.added(left))}\n")
        return [drop_in, *(Place(path=path, form="cmdline-less") for path in others)]


def _preset(reach: Reach) -> str:
    """A preset of mkinitcpio that makes a unified image."""
    for name in sorted(reach.names(PRESETS) or ()):
        text = text_of(reach, f"{PRESETS}/{name}") or ""
        if name.endswith(".preset") and re.search(r"^\s*\w+_(uki|efi_image)=", text, re.MULTILINE):
            return f"{PRESETS}/{name}"
    return ""


def _layout(reach: Reach) -> str:
    """kernel-install's own file, when it says so."""
    for path in INSTALL:
        if found := re.search(r"^\s*layout\s*=\s*(\w+)", text_of(reach, path) or "", re.MULTILINE):
            return path if found[1] == "uki" else ""
    return ""


def _parts(reach: Reach) -> list[str]:
    names = sorted(reach.names(PARTS) or ()) if _preset(reach) else []
    return [f"{PARTS}/{name}" for name in names if name.endswith(".conf")]


def command_line(image: bytes) -> str:
    """What the section `.cmdline` of a PE file says; empty: it has none, or is no such file."""
    try:
        return _section(image, b".cmdline").rstrip(b"\0\n").decode(errors="replace")
    except struct.error:  # it ends before its headers do
        return ""


def _section(image: bytes, wanted: bytes) -> bytes:
    if image[:2] != b"MZ":
        return b""
    (at,) = struct.unpack_from("<I", image, 60)
    if image[at : at + 4] != b"PE\0\0":
        return b""
    (count,) = struct.unpack_from("<H", image, at + 6)
    (optional,) = struct.unpack_from("<H", image, at + 20)
    for number in range(count):
        name, size, _, _, start = struct.unpack_from("<8sIIII", image, at + 24 + optional + 40 * number)
        if name.rstrip(b"\0") == wanted:
            return image[start : start + size]
    return b""
