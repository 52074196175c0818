"""mkinitcpio: Arch and its kin; images are named by presets.

Source: mkinitcpio(8): /etc/mkinitcpio.conf.d/*.conf is read after mkinitcpio.conf, but not where `-c` names a
configuration, which a preset's `..._config=` does.
"""

from __future__ import annotations

import re

from serai.host.initramfs.tool import Image, Part, Wanted
from serai.host.reach.contract import Reach
from serai.util.errors import Code, SeraiError

PRESETS = "/etc/mkinitcpio.d"
_IMAGE = re.compile(r"^\s*(\w+)_image=[\"']?([^\"'\s#]+)", re.MULTILINE)
_CONFIG = re.compile(r"^\s*\w+_config=", re.MULTILINE)


class Mkinitcpio:
    name = "mkinitcpio"
    follow_up = "mkinitcpio-images"

    def here(self, reach: Reach) -> str:
        return reach.program("mkinitcpio")

    def parts(self, reach: Reach, wanted: Wanted) -> tuple[Part, ...]:
        for path, text in _presets(reach):
            if _CONFIG.search(text):
                raise SeraiError(
                    Code.UNSUPPORTED,
                    f"{path} names a configuration: mkinitcpio then reads no file of /etc/mkinitcpio.conf.d",
                    hint=f"put a # before ..._config= in {path}: it names the default, as a rule; then again",
                )
        text = wanted.head
        if wanted.modules:
            text += f"MODULES+=({' '.join(each.replace('-', '_') for each in wanted.modules)})\n"
        if wanted.files:
            text += f"FILES+=({' '.join(wanted.files)})\n"
        return (Part(f"/etc/mkinitcpio.conf.d/90-serai-{wanted.name}.conf", text),)

    def images(self, reach: Reach) -> list[Image]:
        """The fallback's last: it is no proof of what boots."""
        found = [match.groups() for _, text in _presets(reach) for match in _IMAGE.finditer(text)]
        return [
            Image(path) for name, path in sorted(found, key=lambda each: each[0] == "fallback") if reach.has(path)
        ]

    def rebuild(self, image: Image) -> tuple[str, ...]:
        return ("mkinitcpio", "-P")

    def listing(self, image: Image) -> tuple[str, ...]:
        return ("lsinitcpio", image.path)


def _presets(reach: Reach) -> list[tuple[str, str]]:
    names = sorted(name for name in reach.names(PRESETS) or () if name.endswith(".preset"))
    return [(f"{PRESETS}/{name}", (reach.read(f"{PRESETS}/{name}") or b"").decode()) for name in names]
