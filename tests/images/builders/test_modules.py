"""modules.dep: what is used is loaded before its users."""

from __future__ import annotations

from pathlib import Path

from serai.images.builders.modules import Modules, dependency_file, depends


def test_depends_reads_modinfo():
    assert depends(b"x\0license=GPL\0depends=virtio-ring,virtio\0name=a\0") == ["virtio_ring", "virtio"]
    assert depends(b"x\0depends=\0") == []


def test_modprobe_loads_a_line_from_its_end(tmp_path: Path):
    for name, needs in {"pci": "ring,core", "core": "ring", "ring": "", "other": ""}.items():
        (tmp_path / f"{name}.ko").write_bytes(f"\0depends={needs}\0".encode())
    chosen = Modules(tmp_path).chosen(["pci", "not-there"])
    assert sorted(chosen) == ["core", "pci", "ring"]
    assert "pci.ko: core.ko ring.ko\n" in dependency_file(chosen)
