"""What an image lacks is told by its own listing."""

from __future__ import annotations

import pytest

from host_cases import write
from serai.host.initramfs.dracut import Dracut
from serai.host.initramfs.tool import Image, Wanted, kernels, lacking, of_kernels
from serai.host.reach.local import Local
from serai.util.errors import SeraiError
from serai.util.process import Result

LISTED = (
    "-rw-r--r-- 1 root root 9 usr/lib/modules/6.1/kernel/drivers/vfio/pci/vfio-pci.ko.zst\netc/udev/rules.d/a\n"
)


def reach(root, code=0):
    return Local(root, run=lambda argv: Result(argv, code, LISTED, "not a cpio archive\n"))


def test_modules_and_files_that_are_not_listed_are_lacking(tmp_path):
    write(tmp_path, {"lib/modules/6.1/modules.builtin": "kernel/drivers/iommu/iommufd.ko\n"})
    wanted = Wanted(name="x", modules=("vfio_pci", "vfio", "iommufd"), files=("/etc/udev/rules.d/a", "/etc/b"))

    assert lacking(reach(tmp_path), Dracut(), Image("/boot/i", "6.1"), wanted) == ["vfio", "/etc/b"]


def test_an_image_that_cannot_be_listed_is_an_error(tmp_path):
    with pytest.raises(SeraiError, match="/boot/i cannot be listed: not a cpio archive"):
        lacking(reach(tmp_path, 1), Dracut(), Image("/boot/i"), Wanted(name="x"))


def test_images_are_those_of_installed_kernels_the_newest_first(tmp_path):
    write(tmp_path, {"lib/modules/6.9.1": None, "lib/modules/6.12.1": None, "boot/i-6.9.1": "", "boot/i-5": ""})

    assert kernels(reach(tmp_path)) == ["6.12.1", "6.9.1"]
    assert of_kernels(reach(tmp_path), "/boot/i-{}") == [Image("/boot/i-6.9.1", "6.9.1")]
