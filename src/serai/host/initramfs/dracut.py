"""dracut: Fedora, RHEL, openSUSE, Ubuntu from 25.10 on.

Source: dracut.conf(5): only *.conf is read; force_drivers also loads a module before udev does; add_drivers only
packs it.
"""

from __future__ import annotations

from serai.host.initramfs.tool import Image, Part, Wanted, of_kernels
from serai.host.reach.contract import Reach

IMAGES = ("/boot/initramfs-{}.img", "/boot/initrd.img-{}", "/boot/initrd-{}")
"""Of Fedora and RHEL, of Debian and Ubuntu, of openSUSE."""


class Dracut:
    name = "dracut"
    follow_up = "dracut"

    def here(self, reach: Reach) -> str:
        return reach.program("dracut")

    def parts(self, reach: Reach, wanted: Wanted) -> tuple[Part, ...]:
        text = wanted.head
        if wanted.modules:
            # Underscores: the name is given to modprobe, and compared to what is listed.
            text += f'force_drivers+=" {" ".join(each.replace("-", "_") for each in wanted.modules)} "\n'
        if wanted.files:
            text += f'install_items+=" {" ".join(wanted.files)} "\n'
        return (Part(f"/etc/dracut.conf.d/90-serai-{wanted.name}.conf", text),)

    def images(self, reach: Reach) -> list[Image]:
        return of_kernels(reach, *IMAGES)

    def rebuild(self, image: Image) -> tuple[str, ...]:
        return ("dracut", "--force", image.path, image.kernel)

    def listing(self, image: Image) -> tuple[str, ...]:
        return ("lsinitrd", image.path)
