"""What a container is made from, and what is kept of what a template wrote."""

from __future__ import annotations

import pytest

from serai.providers.contract import Image, Materials
from serai.providers.lxc import rootfs
from serai.spec.container import Container
from serai.spec.machine import Machine
from serai.spec.raw import LxcRaw, LxcStorage, Raw
from serai.util.errors import SeraiError
from serai.util.process import Result

BASE = """\
lxc.network.type = veth
lxc.net.0.link = lxcbr0
lxc.idmap = u 0 1 2
lxc.rootfs.path = dir:/var/lib/lxc/web/rootfs
lxc.utsname = web
lxc.signal.halt = SIGUSR1
"""


def of(scope, **box):
    machine = Machine(name="web", container=Container(**box))
    return rootfs.source_of(scope, machine, Materials(), lambda phrase: None)


def test_what_a_template_says_of_networks_and_names_is_left_out():
    assert rootfs.without_networks(BASE) == (
        "lxc.rootfs.path = dir:/var/lib/lxc/web/rootfs\nlxc.signal.halt = SIGUSR1\n"
    )


def test_a_template_an_archive_and_a_directory_are_told_apart(scope, tmp_path):
    (tmp_path / "root.tar").touch()
    (tmp_path / "root").mkdir()

    assert of(scope, template="busybox", template_args=["-x"]).args == ("-x",)
    assert of(scope, rootfs="./root.tar").tar == tmp_path / "root.tar"
    assert of(scope, rootfs="root").tree == tmp_path / "root"
    with pytest.raises(SeraiError, match=r"container\.rootfs: .*no\.tar is not there"):
        of(scope, rootfs="./no.tar")


def test_an_image_is_unpacked_from_its_disk(scope, monkeypatch, tmp_path):
    from serai.images import resolve
    from serai.images import rootfs as packed

    image = Image(reference="debian:12", digest="sha256:7")
    monkeypatch.setattr(packed, "tar_of", lambda image, progress: tmp_path / image.digest)
    monkeypatch.setattr(resolve, "ensure", lambda name, **more: Image(reference=name, digest="sha256:9"))

    seen = rootfs.source_of(scope, Machine(name="web"), Materials(image=image), lambda phrase: None)
    assert (seen.tar, seen.digest) == (tmp_path / "sha256:7", "sha256:7")
    assert of(scope, rootfs="tiny").digest == "sha256:9"


@pytest.mark.parametrize(
    ("path", "where"),
    [("dir:/a/rootfs", "/a/rootfs"), ("btrfs:/b", "/b"), ("/c", "/c"), ("lvm:/dev/vg/x", None), ("zfs:p/x", None)],
)
def test_the_root_filesystem_is_where_its_storage_says(path, where):
    found = rootfs.rootfs_of(f"lxc.rootfs.path = {path}\n")

    assert (str(found) if found else None) == where
    assert rootfs.rootfs_of("") is None


def test_an_image_is_told_its_name_and_to_ask_for_an_address(tmp_path):
    for name in ("etc/cloud", "usr/lib/systemd"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "usr/lib/systemd/systemd-networkd").touch()

    rootfs.personalize(f"lxc.rootfs.path = dir:{tmp_path}\n", "web", disk=True)

    assert (tmp_path / "etc/hostname").read_text() == "web\n"
    assert "DHCP=ipv4" in (tmp_path / "etc/systemd/network/10-serai-eth0.network").read_text()
    assert (tmp_path / "etc/cloud/cloud-init.disabled").exists()
    assert "UUID" not in (tmp_path / "etc/fstab").read_text()


def test_sshd_of_a_disks_image_gets_keys_of_its_own_once(tmp_path, need):
    need("ssh-keygen")
    for name in ("etc/ssh", "usr/sbin"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "usr/sbin/sshd").touch()

    rootfs.personalize(f"lxc.rootfs.path = dir:{tmp_path}\n", "web", disk=True)
    key = (tmp_path / "etc/ssh/ssh_host_ed25519_key").read_text()
    rootfs.personalize(f"lxc.rootfs.path = dir:{tmp_path}\n", "web", disk=True)

    assert (tmp_path / "etc/ssh/ssh_host_ed25519_key").read_text() == key
    assert (tmp_path / "etc/ssh/ssh_host_rsa_key.pub").exists()


def test_nothing_is_written_through_a_link_of_the_image(tmp_path):
    outside, root = tmp_path / "outside", tmp_path / "root"
    outside.mkdir()
    (root / "etc").mkdir(parents=True)
    (root / "etc/cloud").symlink_to(outside)

    rootfs.personalize(f"lxc.rootfs.path = dir:{root}\n", "web", disk=True)

    assert list(outside.iterdir()) == []


def test_what_is_no_tree_is_left_alone(tmp_path):
    rootfs.personalize("lxc.rootfs.path = lvm:/dev/vg/web\n", "web", disk=True)
    rootfs.personalize(f"lxc.rootfs.path = dir:{tmp_path}\n", "web", disk=True)

    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("kind", "wanted"), [("9123683e", "btrfs"), ("ef53", "dir")])
def test_storage_is_what_containers_lie_on(kind, wanted, monkeypatch):
    monkeypatch.setattr(rootfs, "run", lambda argv, **more: Result(argv, 0, f"{kind}\n", ""))

    assert rootfs.storage(Machine(name="web")) == wanted


def test_stated_storage_counts():
    raw = LxcRaw(storage=LxcStorage.LVM, storage_options={"vgname": "lxc"})
    machine = Machine(name="web", providers=Raw(lxc=raw))

    assert rootfs.storage(machine) == "lvm"
    assert rootfs._storage_options(machine) == ["--vgname", "lxc"]


@pytest.mark.engine
@pytest.mark.root
def test_a_template_that_fails_is_named_with_its_last_words(scope, containers, need):
    need("lxc-create", root=True)
    bad = containers / "bad"
    bad.write_text("#!/bin/sh\necho the mirror is gone >&2\nexit 1\n")
    bad.chmod(0o755)
    machine = Machine(name="web", container=Container(template=str(bad)))

    with pytest.raises(SeraiError, match="web: it cannot be made by bad: the mirror is gone"):
        rootfs.make(scope, machine, Materials(), (), lambda phrase: None)


@pytest.mark.engine
@pytest.mark.root
def test_a_tree_that_cannot_be_read_to_its_end_is_no_container(scope, containers, need, tmp_path, monkeypatch):
    need("lxc-create", root=True)
    monkeypatch.setattr(rootfs, "which", lambda name, package="": "/bin/false")
    (tmp_path / "tree").mkdir()
    machine = Machine(name="web", container=Container(rootfs="./tree"))

    with pytest.raises(SeraiError):
        rootfs.make(scope, machine, Materials(), (), lambda phrase: None)
