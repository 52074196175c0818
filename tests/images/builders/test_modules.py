"""Where distributions keep a kernel and its modules; modules.dep: what is used is loaded before its users."""

from __future__ import annotations

from pathlib import Path

import pytest

from serai.images.builders.modules import Modules, dependency_file, depends, kernel_image
from serai.util.errors import SeraiError


def test_depends_reads_modinfo():
    assert depends(b"x\0license=GPL\0depends=virtio-ring,virtio\0name=a\0") == ["virtio_ring", "virtio"]
    assert depends(b"x\0depends=\0") == []


def test_modprobe_loads_a_line_from_its_end(tmp_path: Path):
    for name, needs in {"pci": "ring,core", "core": "ring", "ring": "", "other": ""}.items():
        (tmp_path / f"{name}.ko").write_bytes(f"\0depends={needs}\0".encode())
    chosen = Modules(tmp_path).chosen(["pci", "not-there"])
    assert sorted(chosen) == ["core", "pci", "ring"]
    assert "pci.ko: core.ko ring.ko\n" in dependency_file(chosen)


@pytest.mark.parametrize("folder", ["lib/modules", "usr/lib/modules"])
def test_a_kernels_modules_are_found_in_either_place_of_a_distribution(tmp_path: Path, folder: str):
    (tmp_path / folder / "6.12.1/kernel").mkdir(parents=True)
    (tmp_path / folder / "6.12.1/kernel/virtio-blk.ko.xz").touch()
    modules = Modules.of(tmp_path)
    assert modules.root.name == "6.12.1"
    assert "virtio_blk" in modules


def test_a_kernel_without_modules_is_told_so(tmp_path: Path):
    with pytest.raises(SeraiError, match="neither /usr/lib/modules nor /lib/modules"):
        Modules.of(tmp_path)


@pytest.mark.parametrize("name", ["boot/vmlinuz-6.12.1", "usr/lib/modules/6.12.1/vmlinuz"])
def test_the_kernel_is_found_in_boot_or_beside_its_modules(tmp_path: Path, name: str):
    for folder in ("boot", "usr/lib/modules/6.12.1"):
        (tmp_path / folder).mkdir(parents=True)
    with pytest.raises(SeraiError, match="hold no vmlinuz"):
        kernel_image(tmp_path, Modules.of(tmp_path))
    (tmp_path / name).touch()
    assert kernel_image(tmp_path, Modules.of(tmp_path)) == tmp_path / name
