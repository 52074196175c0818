"""Stands in for what makes an initramfs: an image is a list of what the configuration wants in it."""

from __future__ import annotations

import hashlib
import re
import shutil
from collections.abc import Sequence
from pathlib import Path

from host_cases import write
from serai.host.reach.local import Local
from serai.util.process import Result

KERNEL = "6.1.0-31-amd64"
IMAGES = {
    "initramfs-tools": ["/boot/initrd.img-6.1.0-31-amd64"],
    "dracut": ["/boot/initramfs-6.1.0-31-amd64.img"],
    "mkinitcpio": ["/boot/initramfs-linux.img", "/boot/initramfs-linux-fallback.img"],
}
PRESET = "default_image='/boot/initramfs-linux.img'\nfallback_image='/boot/initramfs-linux-fallback.img'\n"
PROGRAMS = {
    "initramfs-tools": ["usr/sbin/update-initramfs"],
    "dracut": ["usr/bin/dracut"],
    "mkinitcpio": ["usr/bin/mkinitcpio"],
}


class Host:
    """A host with a tool. `built` counts what it made; `broken` makes it fail; `free` is KiB on the disk."""

    def __init__(self, root: Path, tool: str) -> None:
        self.root = root
        self.tool = tool
        self.built = 0
        self.broken = False
        self.free = 10**9
        self.loses = False
        """Whether the tool leaves out what it is told to pack."""
        files: dict[str, str | None] = dict.fromkeys(PROGRAMS[tool], "")
        files |= {"var/lib": None, f"lib/modules/{KERNEL}/modules.builtin": "kernel/drivers/vfio/vfio-built.ko\n"}
        files |= {"etc/initramfs-tools/hooks": None, "etc/initramfs-tools/scripts/init-top": None}
        files |= {
            "etc/dracut.conf.d": None,
            "etc/mkinitcpio.conf.d": None,
            "etc/mkinitcpio.d/linux.preset": PRESET,
        }
        write(root, files)
        for image in IMAGES[tool]:
            self._make(image)
        self.built = 0

    @property
    def reach(self) -> Local:
        return Local(self.root, run=self)

    def at(self, path: str) -> Path:
        return self.root / path.lstrip("/")

    def _packed(self) -> list[str]:
        places = ("/etc/initramfs-tools/hooks", "/etc/dracut.conf.d", "/etc/mkinitcpio.conf.d")
        texts = [path.read_text() for place in places for path in self.at(place).iterdir()]
        words: list[str] = []
        for text in texts:
            for line in text.splitlines():
                if found := re.match(r"(?:manual_add_modules|copy_file file) (\S+)", line):
                    words.append(found[1])
                elif found := re.match(r"(?:\w+)\+=[\"(](.*)[\")]$", line):
                    words += found[1].split()
        return [] if self.loses else words

    def _make(self, image: str) -> None:
        self.built += 1
        packed = "".join(
            f"{word.lstrip('/')}\n" if "/" in word else f"usr/lib/modules/k/{word.replace('_', '-')}.ko.xz\n"
            for word in self._packed()
        )
        self.at(image).write_text(f"usr/bin/init\n{packed}# made {self.built}\n")

    def __call__(self, argv: Sequence[str]) -> Result:
        program, *rest = argv
        if program in ("update-initramfs", "dracut", "mkinitcpio"):
            if self.broken:
                return Result(argv, 1, "", "no space left on device\n")
            for image in IMAGES[self.tool]:
                self._make(image)
            return Result(argv, 0, "", "")
        return Result(argv, 0, self._basic(program, rest), "")

    def _basic(self, program: str, rest: list[str]) -> str:
        names = [each for each in rest if each.startswith("/")]
        if program == "cp":
            shutil.copy2(self.at(names[0]), self.at(names[1]))
        elif program == "mv":
            self.at(names[0]).replace(self.at(names[1]))
        elif program == "sha256sum":
            return f"{hashlib.sha256(self.at(names[0]).read_bytes()).hexdigest()}  {names[0]}\n"
        elif program == "stat":
            return "".join(f"{self.at(name).stat().st_size}\n" for name in names)
        elif program == "df":
            return f"Filesystem 1024-blocks Used Available Capacity Mounted\n/dev/a 9 9 {self.free} 9% /\n"
        elif program.startswith("lsinit"):
            return self.at(names[0]).read_text()
        return ""
