"""The initramfs is made anew once, looked into, and comes back byte for byte."""

from __future__ import annotations

import pytest

from host_trees import built, contents
from initramfs_stand_in import IMAGES, KERNEL, Host
from serai.host.apply import conflicts, do, settle, standing, states, tune, undo
from serai.host.changes.change import State
from serai.host.changes.initramfs import initramfs
from serai.host.ledger import BOOT_ID, Ledger
from serai.util.errors import Code, SeraiError

every_tool = pytest.mark.parametrize("tool", list(IMAGES))
MODULES = ("vfio_pci", "vfio_iommu_type1")


@pytest.fixture
def host(tool, tmp_path):
    return Host(tmp_path, tool)


def tuned(host, name="vfio", modules=MODULES, files=()):
    (seen,) = tune(host.reach, name, "", [initramfs(host.reach, name, modules, files)], lambda line: None)
    return seen


def undone(host, name="vfio"):
    undo(host.reach, Ledger(host.reach).read(name), lambda line: None)


@every_tool
def test_the_images_have_it_and_come_back_byte_for_byte(host):
    before = contents(host.root)
    seen = tuned(host)

    assert (seen.state, seen.why) == (State.PENDING, "reboot")
    assert "vfio-pci.ko" in host.at(IMAGES[host.tool][0]).read_text()
    assert initramfs(host.reach, "vfio", MODULES).holds(host.reach)
    made = host.built
    undone(host)
    assert contents(host.root) == before
    assert host.built == made


@every_tool
def test_two_tunings_make_the_images_once(host):
    before = contents(host.root)
    lines = []
    for name in ("one", "two"):
        do(host.reach, name, "", [initramfs(host.reach, name, (f"{name}_module",))], lambda line: None)
    settle(host.reach, ["one", "two"], lines.append)

    assert len(lines) == 1
    text = host.at(IMAGES[host.tool][0]).read_text()
    assert "one-module.ko" in text and "two-module.ko" in text
    undone(host, "one")
    text = host.at(IMAGES[host.tool][0]).read_text()
    assert "one-module.ko" not in text and "two-module.ko" in text
    undone(host, "two")
    assert contents(host.root) == before


@every_tool
def test_an_image_that_others_made_since_is_made_anew_without_ours(host):
    tuned(host)
    host.at(IMAGES[host.tool][0]).write_text("usr/bin/init\nusr/lib/modules/k/vfio-pci.ko\ntheirs\n")
    made = host.built
    undone(host)

    assert "vfio" not in host.at(IMAGES[host.tool][0]).read_text()
    assert host.built > made
    assert not host.at("/var/lib/serai").exists()


@every_tool
def test_without_room_no_copy_is_kept_and_that_is_said(host):
    host.free = 0
    diff = initramfs(host.reach, "vfio", MODULES).diff(host.reach)
    tuned(host)

    assert "no room for copies" in diff[-1]
    undone(host)
    assert "vfio" not in host.at(IMAGES[host.tool][0]).read_text()
    assert not host.at("/var/lib/serai").exists()


@every_tool
def test_what_the_tool_left_out_is_lost(host):
    host.loses = True
    seen = tuned(host)

    assert seen.state is State.LOST
    assert (seen.read, seen.value) == (IMAGES[host.tool][0], "has no vfio_pci, vfio_iommu_type1")


@every_tool
def test_a_tool_that_fails_leaves_a_record_and_undo_puts_all_back(host):
    before = contents(host.root)
    host.broken = True
    with pytest.raises(SeraiError, match="no space left on device"):
        tuned(host)
    undone(host)
    assert contents(host.root) == before


@every_tool
def test_after_a_failure_the_next_run_finishes(host):
    host.broken = True
    with pytest.raises(SeraiError):
        tuned(host)
    host.broken = False

    assert tuned(host).state is State.PENDING


@every_tool
def test_files_are_packed_at_their_own_paths(host):
    seen = tuned(host, files=("/etc/udev/rules.d/05-serai-vfio.rules",))

    assert seen.state is State.PENDING
    assert "etc/udev/rules.d/05-serai-vfio.rules\n" in host.at(IMAGES[host.tool][0]).read_text()


@every_tool
def test_after_a_reboot_it_is_done(host):
    host.at(BOOT_ID).parent.mkdir(parents=True)
    host.at(BOOT_ID).write_text("one\n")
    tuned(host)
    assert states(host.reach, Ledger(host.reach).read("vfio"))[0].state is State.PENDING
    host.at(BOOT_ID).write_text("two\n")

    ((_, seen),) = standing(host.reach, Ledger(host.reach).read("vfio"))
    assert seen.state is State.DONE


@every_tool
def test_what_others_wrote_into_our_file_stops_an_undo(host):
    tuned(host)
    change = initramfs(host.reach, "vfio", MODULES)
    host.at(change.parts[0].path).write_text("# mine\n")

    assert conflicts(host.reach, Ledger(host.reach).read("vfio")) == [f"{change.parts[0].path} was changed since"]
    assert change.read_back(host.reach).state is State.LOST


@pytest.mark.parametrize("tool", ["dracut"])
def test_a_module_that_is_built_in_needs_no_file(host):
    host.loses = True

    assert tuned(host, modules=("vfio_built",)).state is State.PENDING


@pytest.mark.parametrize(
    ("tree", "waits"),
    [
        ("debian-12-bios", "update-initramfs -u -k all"),
        ("fedora-42", "dracut --force --regenerate-all"),
        ("arch-grub", "mkinitcpio -P"),
        ("arch-uki", "mkinitcpio -P"),
        ("uki-kernel-install", "kernel-install add-all"),
        ("opensuse-grub2-bls", "sdbootutil mkinitrd"),
        ("proxmox-systemd-boot", "update-initramfs -u -k all; proxmox-boot-tool refresh"),
    ],
)
def test_in_a_tree_it_is_said_what_is_to_be_run(tree, waits, tmp_path):
    reach = built(tree, tmp_path)
    before = contents(tmp_path)
    (seen,) = tune(reach, "vfio", "", [initramfs(reach, "vfio", MODULES)], lambda line: None)

    assert (seen.state, seen.why) == (State.PENDING, f"{waits} in {tmp_path}")
    undo(reach, Ledger(reach).read("vfio"), lambda line: None)
    assert contents(tmp_path) == before


def test_an_ostree_system_is_told_its_own_command(tmp_path):
    host = Host(tmp_path, "dracut")
    host.at("/run/ostree-booted").write_text("")
    with pytest.raises(SeraiError, match="a part of its deployment") as error:
        initramfs(host.reach, "vfio", MODULES)
    assert error.value.code is Code.UNSUPPORTED


def test_images_that_another_tool_keeps_are_made_by_dracut_as_it_knows_them(tmp_path):
    host = Host(tmp_path, "dracut")
    host.at(f"/boot/initramfs-{KERNEL}.img").unlink()

    assert initramfs(host.reach, "vfio", MODULES).owes == ("dracut-all",)
