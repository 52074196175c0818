"""initramfs-tools: Debian, Ubuntu up to 25.04, Proxmox.

/etc/initramfs-tools/modules is the user's own file, and what it names is loaded only after udev has picked drivers
(init: scripts/init-top, then load_modules). So a hook of our own packs the modules, and a script of our own in
init-top loads them. Source: initramfs-tools(7), Hook scripts, Boot scripts.
"""

from __future__ import annotations

from serai.host.initramfs.tool import Image, Part, Wanted, of_kernels
from serai.host.reach.contract import Reach

PLACE = "/etc/initramfs-tools"
PREREQ = 'case "$1" in prereqs) exit 0 ;; esac\n'


class InitramfsTools:
    name = "initramfs-tools"
    follow_up = "initramfs-tools"

    def here(self, reach: Reach) -> str:
        return reach.program("update-initramfs")

    def parts(self, reach: Reach, wanted: Wanted) -> tuple[Part, ...]:
        head = f"#!/bin/sh\n{wanted.head}{PREREQ}"
        packs = f"{head}. /usr/share/initramfs-tools/hook-functions\n"
        packs += "".join(f"manual_add_modules {each}\n" for each in wanted.modules)
        packs += "".join(f"copy_file file {each} || exit 1\n" for each in wanted.files)
        hook = Part(f"{PLACE}/hooks/90-serai-{wanted.name}", packs, 0o755)
        if not wanted.modules:
            return (hook,)
        loads = f'{head}for module in {" ".join(wanted.modules)}; do\n\tmodprobe -q "$module"\ndone\n'
        return (hook, Part(f"{PLACE}/scripts/init-top/00-serai-{wanted.name}", loads, 0o755))

    def images(self, reach: Reach) -> list[Image]:
        return of_kernels(reach, "/boot/initrd.img-{}")

    def rebuild(self, image: Image) -> tuple[str, ...]:
        return ("update-initramfs", "-u", "-k", image.kernel)

    def listing(self, image: Image) -> tuple[str, ...]:
        return ("lsinitramfs", image.path)
