"""A hook packs, and a script loads before udev; both are shell that runs."""

from __future__ import annotations

import subprocess

from serai.host.initramfs.initramfs_tools import InitramfsTools
from serai.host.initramfs.tool import Wanted


def test_a_hook_packs_and_a_script_loads_before_udev():
    hook, script = InitramfsTools().parts(None, Wanted(name="vfio", modules=("vfio_pci",), files=("/etc/a",)))

    assert (hook.path, hook.mode) == ("/etc/initramfs-tools/hooks/90-serai-vfio", 0o755)
    assert "manual_add_modules vfio_pci\ncopy_file file /etc/a || exit 1\n" in hook.text
    assert script.path == "/etc/initramfs-tools/scripts/init-top/00-serai-vfio"
    for part in (hook, script):
        said = subprocess.run(["sh", "-c", part.text, "x", "prereqs"], capture_output=True, check=True)
        assert said.stdout == b""


def test_files_alone_need_no_script():
    assert len(InitramfsTools().parts(None, Wanted(name="vfio", files=("/etc/a",)))) == 1
