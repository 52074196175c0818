"""Images are kept once, whatever many tunings need them; what a kill leaves is cleared."""

from __future__ import annotations

import pytest

from host_trees import contents
from initramfs_stand_in import IMAGES, Host
from serai.host.initramfs import store
from serai.host.initramfs.known import tool_of
from serai.util.errors import SeraiError


@pytest.fixture
def host(tmp_path):
    return Host(tmp_path, "initramfs-tools")


def test_copies_are_of_the_images_before_the_first_tuning(host):
    image = IMAGES["initramfs-tools"][0]
    first = host.at(image).read_bytes()
    for name in ("one", "two"):
        store.enter(host.reach, tool_of(host.reach), name)
        store.settle(host.reach)
    copy = store.state(host.reach).copies[image]

    assert host.at(copy.file).read_bytes() == first
    assert copy.made == store.digest(host.reach, image)
    assert store.state(host.reach).users == ("one", "two")


def test_what_a_kill_left_before_the_state_was_written_is_cleared(host):
    before = contents(host.root)
    host.at(store.PLACE).mkdir(parents=True)
    (host.at(store.PLACE) / "boot-initrd").write_text("half")
    store.leave(host.reach, "one")

    after = {path: it for path, it in contents(host.root).items() if not path.startswith("var/lib/serai")}
    assert after == before
    assert not host.at(store.PLACE).exists()


def test_a_kernel_that_came_since_has_its_image_made_anew(host):
    store.enter(host.reach, tool_of(host.reach), "one")
    store.settle(host.reach)
    host.at("/lib/modules/7.0").mkdir()
    host.at("/boot/initrd.img-7.0").write_text("with ours")
    store.leave(host.reach, "one")

    assert store.state(host.reach).stale == ("/boot/initrd.img-7.0",)
    store.settle(host.reach)
    assert store.state(host.reach) is None


def test_a_new_tuning_after_an_undo_that_was_killed_keeps_images_without_ours(host):
    store.enter(host.reach, tool_of(host.reach), "one")
    store.settle(host.reach)
    host.at(IMAGES["initramfs-tools"][0]).write_text("made by others, with ours")
    store.leave(host.reach, "one")
    store.enter(host.reach, tool_of(host.reach), "two")

    (copy,) = store.state(host.reach).copies.values()
    assert "with ours" not in host.at(copy.file).read_text()


def test_a_program_that_fails_leaves_it_stale(host):
    store.enter(host.reach, tool_of(host.reach), "one")
    host.broken = True
    with pytest.raises(SeraiError, match=r"update-initramfs -u -k 6\.1\.0-31-amd64 ended with exit code 1"):
        store.settle(host.reach)
    assert store.state(host.reach).stale == store.ALL
