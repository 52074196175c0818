"""Shared directories in QEMU's words."""

from __future__ import annotations

from typing import Any

from serai.providers.qemu.render.folders import options
from serai.providers.qemu.site import Folder
from serai.spec.folder import FolderType


def test_9p_is_served_by_qemu_and_virtiofs_by_another(site_of: Any, machine_of: Any) -> None:
    shares = (Folder("a", "/x,y", True), Folder("b", "/z", False, FolderType.VIRTIOFS))
    assert list(options(machine_of(), site_of(folders=shares))) == [
        ("-fsdev", "local,id=share0,path=/x,,y,security_model=none,multidevs=remap,readonly=on"),
        ("-device", "virtio-9p-pci,fsdev=share0,mount_tag=a"),
        ("-chardev", "socket,id=share1,path=share1.sock"),
        ("-device", "vhost-user-fs-pci,chardev=share1,tag=b"),
    ]
