"""What goes into a box beside its disks, and what is not packed."""

from __future__ import annotations

import shutil
import subprocess
import tarfile
from pathlib import Path

import pytest

from serai.images.boxes.add import add
from serai.images.boxes.source import Wanted
from serai.images.boxes.stock import images
from serai.images.store import Store
from serai.providers.contract import Materials
from serai.run.package import Extra, beside, copy_of, named, package, vagrantfile
from serai.run.workspace import open_workspace
from serai.spec.cpu import Cpu
from serai.spec.disk import Bus, Disk
from serai.spec.guest import Ssh
from serai.spec.machine import Machine
from serai.util.errors import Code, SeraiError
from serai.util.units import MIB

WEB = Machine(name="web", cpu=Cpu(count=2), disks={"root": Disk(bus=Bus.SATA, size=1 << 33), "data": Disk()})


def test_the_box_says_how_its_disk_is_seen_and_takes_the_persons_settings_along(need, tmp_path: Path):
    text = vagrantfile(WEB, own=True).decode()
    assert 'libvirt.disk_bus = "sata"' in text and "include/_Vagrantfile" in text
    assert "_Vagrantfile" not in vagrantfile(WEB, own=False).decode()
    need("ruby")
    (tmp_path / "Vagrantfile").write_text(text)
    subprocess.run(
        [str(shutil.which("ruby")), "-c", str(tmp_path / "Vagrantfile")], check=True, capture_output=True
    )


def test_files_are_named_as_vagrant_names_them(tmp_path: Path):
    for name in ("a.txt", "Mine", "info"):
        (tmp_path / name).write_text('{"Author": "ann"}')
    extra = Extra(named([f"{tmp_path}/a.txt,{tmp_path}/Mine"]), tmp_path / "Mine", tmp_path / "info")
    assert list(beside(WEB, extra)) == [
        "Vagrantfile",
        "info.json",
        "include/_Vagrantfile",
        "include/a.txt",
        "include/Mine",
    ]


@pytest.mark.parametrize(
    ("extra", "why"),
    [(Extra(include=(Path("/gone"),)), "is not a file"), (Extra(info=Path(__file__)), "is no JSON object")],
)
def test_what_cannot_be_packed_is_told_before_anything_is_done(extra: Extra, why: str):
    with pytest.raises(SeraiError, match=why) as caught:
        beside(WEB, extra)
    assert caught.value.code is Code.INPUT


def test_the_copy_has_the_hardware_and_nothing_else():
    copy = copy_of(Machine(name="web", disks=WEB.disks, ssh=Ssh(host_port=2222, key="k"), hostname="shop"))
    assert list(copy.disks) == ["root"] and copy.disks["root"].size is None and copy.disks["root"].bus is Bus.SATA
    assert (copy.ssh.key, copy.ssh.host_port, copy.networks, copy.hostname) == ("k", None, [], None)


def test_a_machine_that_runs_or_is_not_there_or_has_no_disks_is_refused(serai, tmp_path, monkeypatch):
    serai.file("project: shop\nmachines: {web: {provider: fake}}\n")
    monkeypatch.chdir(serai.root)
    workspace = open_workspace()
    machine = workspace.project.machines["web"]

    def refused() -> SeraiError:
        with pytest.raises(SeraiError) as caught:
            package(workspace, machine, tmp_path / "p.box", extra=Extra(), progress=lambda _phrase: None)
        return caught.value

    assert "does not exist" in refused().message
    serai("up", "-y")
    assert (refused().code, refused().hint) == (Code.REFUSED, "serai halt web")
    serai("halt")
    assert "provider fake cannot be packed" in refused().message
    (tmp_path / "p.box").write_text("")
    assert "is there already" in refused().message


@pytest.mark.parametrize("version", [1, 2])
def test_a_machine_that_is_off_is_packed_as_it_is_when_that_is_said(
    serai, tmp_path: Path, monkeypatch, need, version: int
):
    need("qemu-img", "qemu-system-x86_64")
    serai.file("project: shop\nmachines: {web: {disks: {root: 1MiB, data: 2MiB}}}\n")
    monkeypatch.chdir(serai.root)
    monkeypatch.setenv("VAGRANT_HOME", str(tmp_path / "vagrant.d"))
    workspace = open_workspace()
    machine = workspace.project.machines["web"]
    workspace.driver("qemu").create(machine, Materials())
    (tmp_path / "notes").write_text("hello")
    box = tmp_path / "p.box"
    extra = Extra(include=(tmp_path / "notes",))
    package(workspace, machine, box, extra=extra, version=version, clean=False, progress=lambda _phrase: None)
    added = add(Wanted(address=str(box), name="mine"), progress=lambda _phrase: None)
    assert [image.virtual_size for image in images(added, Store()) or []] == [MIB, 2 * MIB]
    assert (added.directory / "include/notes").read_text() == "hello"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["notes", "p.box", "shop"]


@pytest.mark.parametrize("word", ["", ","])
def test_a_list_of_no_file_is_refused(word: str):
    with pytest.raises(SeraiError, match="--include names no file"):
        named(["a.txt", word])


def test_a_raw_disk_is_packed_byte_by_byte_whatever_its_guest_has_written(
    serai, tmp_path: Path, monkeypatch, need
):
    """As an overlay on a file of this host, of which the box must hold nothing."""
    need("qemu-img", "qemu-system-x86_64")
    serai.file("project: shop\nmachines: {web: {disks: {root: {size: 1MiB, format: raw}}}}\n")
    monkeypatch.chdir(serai.root)
    workspace = open_workspace()
    machine = workspace.project.machines["web"]
    workspace.driver("qemu").create(machine, Materials())
    secret, overlay = tmp_path / "secret", tmp_path / "overlay"
    secret.write_bytes(b"secret".ljust(MIB, b"\0"))
    subprocess.run(["qemu-img", "create", "-q", "-f", "qcow2", "-b", secret, "-F", "raw", overlay], check=True)
    [disk] = workspace.driver("qemu").disk_paths("web")
    disk.write_bytes(overlay.read_bytes().ljust(MIB, b"\0"))

    package(workspace, machine, tmp_path / "p.box", extra=Extra(), clean=False, progress=lambda _phrase: None)

    with tarfile.open(tmp_path / "p.box") as box:
        (tmp_path / "box.img").write_bytes(box.extractfile("box.img").read())
    raw = ["convert", "-f", "qcow2", "-O", "raw", tmp_path / "box.img", tmp_path / "out"]
    subprocess.run(["qemu-img", *raw], check=True)
    assert (tmp_path / "out").read_bytes() == disk.read_bytes()
