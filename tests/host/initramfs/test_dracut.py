"""dracut's own file: with the suffix that it reads, and names as modprobe lists them."""

from __future__ import annotations

from serai.host.initramfs.dracut import Dracut
from serai.host.initramfs.tool import Image, Wanted


def test_modules_are_forced_and_files_installed():
    (part,) = Dracut().parts(None, Wanted(name="vfio", modules=("vfio-pci", "vfio"), files=("/etc/a",)))

    assert part.path == "/etc/dracut.conf.d/90-serai-vfio.conf"
    assert part.text.endswith('force_drivers+=" vfio_pci vfio "\ninstall_items+=" /etc/a "\n')
    assert Dracut().rebuild(Image("/boot/i", "6.1")) == ("dracut", "--force", "/boot/i", "6.1")


def test_nothing_is_said_of_what_is_not_wanted():
    (part,) = Dracut().parts(None, Wanted(name="x", files=("/etc/a",)))

    assert "force_drivers" not in part.text
    assert "install_items" not in Dracut().parts(None, Wanted(name="x", modules=("a",)))[0].text
