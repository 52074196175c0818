"""mkinitcpio: images by preset, and a preset that keeps our file from being read."""

from __future__ import annotations

import pytest

from host_cases import write
from serai.host.initramfs.mkinitcpio import Mkinitcpio
from serai.host.initramfs.tool import Wanted
from serai.host.reach.local import Local
from serai.util.errors import SeraiError

PRESET = """PRESETS=('default' 'fallback')
fallback_image="/boot/initramfs-linux-fallback.img"
default_image="/boot/initramfs-linux.img"
#old_image="/boot/old.img"
"""


def reach(root, more=""):
    write(root, {"etc/mkinitcpio.d/linux.preset": PRESET + more, "boot/initramfs-linux.img": ""})
    write(root, {"boot/initramfs-linux-fallback.img": ""})
    return Local(root)


def test_the_fallback_is_the_last_image(tmp_path):
    paths = [image.path for image in Mkinitcpio().images(reach(tmp_path))]

    assert paths == ["/boot/initramfs-linux.img", "/boot/initramfs-linux-fallback.img"]


def test_modules_and_files_are_added(tmp_path):
    (part,) = Mkinitcpio().parts(reach(tmp_path), Wanted(name="x", modules=("a-b",), files=("/etc/a",)))

    assert part.text.endswith("MODULES+=(a_b)\nFILES+=(/etc/a)\n")
    assert "FILES" not in Mkinitcpio().parts(reach(tmp_path), Wanted(name="x", modules=("a",)))[0].text
    assert "MODULES" not in Mkinitcpio().parts(reach(tmp_path), Wanted(name="x", files=("/a",)))[0].text


def test_a_preset_that_names_a_configuration_is_refused(tmp_path):
    with pytest.raises(SeraiError, match=r"reads no file of /etc/mkinitcpio\.conf\.d"):
        Mkinitcpio().parts(reach(tmp_path, 'ALL_config="/etc/mkinitcpio.conf"\n'), Wanted(name="x"))
