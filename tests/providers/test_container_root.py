"""Where a container's root filesystem comes from, and what it is told of itself."""

from __future__ import annotations

import os
import subprocess

import pytest

from serai.providers import container_root
from serai.providers.contract import Image, Materials, Scope
from serai.spec.container import Container
from serai.spec.machine import Machine
from serai.util.errors import Code, SeraiError

WEB = Machine(name="web")


@pytest.fixture
def scope(tmp_path):
    return Scope(project="shop", project_id="t1", root=tmp_path, home=tmp_path / "home")


def of(scope, rootfs):
    machine = Machine(name="web", container=Container(rootfs=rootfs))
    return container_root.found(scope, machine, Materials(), lambda phrase: None)


def test_an_archive_and_a_directory_are_told_apart(scope, tmp_path):
    (tmp_path / "root.tar").touch()
    (tmp_path / "root").mkdir()

    assert of(scope, "./root.tar").tar == tmp_path / "root.tar"
    assert of(scope, "root").tree == tmp_path / "root"
    with pytest.raises(SeraiError, match=r"container\.rootfs: .*no\.tar is not there"):
        of(scope, "./no.tar")


def test_an_image_is_unpacked_from_its_disk(scope, monkeypatch, tmp_path):
    from serai.images import resolve
    from serai.images import rootfs as packed

    image = Image(reference="debian:12", digest="sha256:7")
    monkeypatch.setattr(packed, "tar_of", lambda image, progress: tmp_path / image.digest)
    monkeypatch.setattr(resolve, "ensure", lambda name, **more: Image(reference=name, digest="sha256:9"))

    seen = container_root.found(scope, WEB, Materials(image=image), lambda phrase: None)
    assert (seen.tar, seen.digest) == (tmp_path / "sha256:7", "sha256:7")
    assert of(scope, "tiny").digest == "sha256:9"


@pytest.mark.parametrize(("packer", "option"), [("gzip", ["--use-compress-program="]), ("", [])])
def test_a_tar_is_read_from_its_beginning_whatever_packs_it(tmp_path, packer, option):
    (tmp_path / "root").mkdir()
    (tmp_path / "root" / "file").write_text("inside")
    how = [f"--use-compress-program={packer}"] if packer else []
    subprocess.run(["tar", *how, "-C", tmp_path / "root", "-cf", tmp_path / "root.tar", "."], check=True)

    with container_root.packed(WEB, container_root.Root(tar=tmp_path / "root.tar")) as (stream, found):
        listed = subprocess.run(["tar", *found, "-tf", "-"], stdin=stream, capture_output=True, text=True).stdout

    assert "./file" in listed.splitlines()
    assert [word.partition("=")[0] + "=" for word in found] == option


def test_a_directory_is_packed_as_it_is_read_and_one_that_cannot_be_is_named(tmp_path):
    (tmp_path / "root").mkdir()
    (tmp_path / "root" / "file").touch()
    with container_root.packed(WEB, container_root.Root(tree=tmp_path / "root")) as (stream, _):
        assert b"./file" in b"".join(iter(lambda: os.read(stream, 65536), b""))

    with (
        pytest.raises(SeraiError, match="could not be read to its end"),
        container_root.packed(WEB, container_root.Root(tree=tmp_path / "none")) as (stream, _),
    ):
        os.read(stream, 1)


def test_an_image_is_told_its_name_and_to_ask_for_an_address(tmp_path):
    for name in ("etc/cloud", "usr/lib/systemd"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "usr/lib/systemd/systemd-networkd").touch()

    container_root.personalize(tmp_path, "web", disk=True)

    assert (tmp_path / "etc/hostname").read_text() == "web\n"
    assert "DHCP=ipv4" in (tmp_path / "etc/systemd/network/10-serai-eth0.network").read_text()
    assert (tmp_path / "etc/cloud/cloud-init.disabled").exists()
    assert "UUID" not in (tmp_path / "etc/fstab").read_text()


def test_sshd_of_a_disks_image_gets_keys_of_its_own_once(tmp_path, need):
    need("ssh-keygen")
    for name in ("etc/ssh", "usr/sbin"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "usr/sbin/sshd").touch()

    container_root.personalize(tmp_path, "web", disk=True)
    key = (tmp_path / "etc/ssh/ssh_host_ed25519_key").read_text()
    container_root.personalize(tmp_path, "web", disk=True)

    assert (tmp_path / "etc/ssh/ssh_host_ed25519_key").read_text() == key
    assert (tmp_path / "etc/ssh/ssh_host_rsa_key.pub").exists()


def test_nothing_is_written_through_a_link_of_the_image(tmp_path):
    outside, root = tmp_path / "outside", tmp_path / "root"
    outside.mkdir()
    (root / "etc").mkdir(parents=True)
    (root / "etc/cloud").symlink_to(outside)

    container_root.personalize(root, "web", disk=True)

    assert list(outside.iterdir()) == []


@pytest.fixture
def sshd(tmp_path, need):
    """The tree of an image with sshd, and a directory outside of it."""
    need("ssh-keygen")
    for name in ("root/etc/ssh", "root/usr/sbin", "outside"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "root/usr/sbin/sshd").touch()
    return tmp_path / "root", tmp_path / "outside"


def test_keys_of_sshd_are_its_own_and_as_sshd_wants_them(sshd):
    root, _ = sshd

    container_root.personalize(root, "web", disk=True)

    found = {path.name: path.stat().st_mode & 0o777 for path in (root / "etc/ssh").iterdir()}
    assert found == {
        "ssh_host_ed25519_key": 0o600,
        "ssh_host_ed25519_key.pub": 0o644,
        "ssh_host_rsa_key": 0o600,
        "ssh_host_rsa_key.pub": 0o644,
    }
    private = root / "etc/ssh/ssh_host_ed25519_key"
    public = subprocess.run(["ssh-keygen", "-y", "-f", private], capture_output=True, text=True, check=True).stdout
    assert private.with_name(f"{private.name}.pub").read_text() == public
    if os.geteuid() == 0:
        assert {path.stat().st_uid for path in (root / "etc/ssh").iterdir()} == {0}


@pytest.mark.parametrize("name", ["ssh_host_ed25519_key.pub", "ssh_host_rsa_key.pub", "ssh_host_ed25519_key"])
@pytest.mark.parametrize("there", [True, False])
def test_no_key_of_sshd_is_written_through_a_link_of_the_image(sshd, monkeypatch, name, there):
    root, outside = sshd
    target = outside / "authorized_keys"
    if there:
        target.write_text("mine")
    (root / "etc/ssh" / name).symlink_to(target)

    container_root.personalize(root, "web", disk=True)
    assert [path.read_text() for path in outside.iterdir()] == (["mine"] if there else [])

    monkeypatch.setattr(type(root), "glob", lambda path, pattern: iter(()))  # as if the link were not seen
    container_root.personalize(root, "web", disk=True)
    assert [path.read_text() for path in outside.iterdir()] == (["mine"] if there else [])
    assert not (root / "etc/ssh" / name).is_symlink()


@pytest.mark.parametrize("name", ["etc", "etc/ssh"])
def test_no_key_of_sshd_is_made_in_a_directory_out_of_the_tree(sshd, name):
    root, outside = sshd
    (outside / "ssh").mkdir()
    (root / "etc/ssh").rmdir()
    if name == "etc":
        (root / "etc").rmdir()
    (root / name).symlink_to(outside)

    container_root.personalize(root, "web", disk=True)

    assert [path.name for path in outside.rglob("*")] == ["ssh"]


def test_what_stands_in_the_way_of_a_file_stays_and_the_rest_is_written(tmp_path):
    root = tmp_path / "root"
    (root / "etc/hostname/odd").mkdir(parents=True)
    (root / "etc/systemd").symlink_to("systemd")  # a circle
    (root / "usr/lib/systemd").mkdir(parents=True)
    (root / "usr/lib/systemd/systemd-networkd").touch()
    (root / "usr/sbin").mkdir(parents=True)
    (root / "usr/sbin/sshd").touch()
    (root / "etc/ssh").write_text("no directory")
    (root / "etc/cloud").mkdir()
    container_root.personalize(root, "web", disk=True)

    assert (root / "etc/hostname/odd").is_dir() and (root / "etc/systemd").is_symlink()
    assert (root / "etc/fstab").exists() and (root / "etc/cloud/cloud-init.disabled").exists()

    (root / "etc/systemd").unlink()
    (root / "etc/systemd").touch()  # a file in a directory's place
    container_root.personalize(root, "web", disk=False)
    assert (root / "etc/systemd").read_text() == ""


def test_what_is_no_tree_is_left_alone(tmp_path):
    container_root.personalize(tmp_path, "web", disk=True)

    assert list(tmp_path.iterdir()) == []


def test_its_own_name_leads_to_itself_where_no_network_gave_it_an_address():
    lines = container_root.hosts("web", {"db": "10.40.0.11"}).splitlines()
    assert lines[-2:] == ["127.0.1.1 web", "10.40.0.11 db"]
    assert "127.0.1.1" not in container_root.hosts("web", {"web": "10.40.0.10"})


def test_a_user_is_looked_up_as_the_container_has_it():
    uid, gid, home = container_root.login(os.getpid(), "root", "web")
    assert (uid, gid, home) == ("0", "0", "/root")

    with pytest.raises(SeraiError, match="web: user: the container has no user nobody-here") as caught:
        container_root.login(os.getpid(), "nobody-here", "web")
    assert caught.value.code is Code.INPUT
    with pytest.raises(SeraiError, match="has no user root"):
        container_root.login(0, "root", "web")


@pytest.fixture
def first_process(tmp_path, monkeypatch):
    """A container's root, and its number."""
    monkeypatch.setattr(container_root, "PROC", tmp_path / "proc")
    (tmp_path / "proc/7").mkdir(parents=True)
    (tmp_path / "proc/7/root").symlink_to(tmp_path / "root")
    (tmp_path / "root/etc").mkdir(parents=True)
    return tmp_path / "root", 7


def test_a_link_of_the_container_leads_to_no_file_of_the_host(first_process, tmp_path):
    root, pid = first_process
    (root / "etc/passwd").write_text("me:x:1000:1001::/home/me:/bin/sh\n")
    assert container_root.login(pid, "me", "web") == ("1000", "1001", "/home/me")

    (root / "etc").rename(tmp_path / "host")
    (root / "etc").symlink_to(tmp_path / "host")
    with pytest.raises(SeraiError, match="no user me"):
        container_root.login(pid, "me", "web")

    (root / "etc").unlink()
    (root / "etc").mkdir()
    (root / "etc/passwd").symlink_to(tmp_path / "host/passwd")
    with pytest.raises(SeraiError, match="no user me"):
        container_root.login(pid, "me", "web")

    (root / "etc/passwd").unlink()
    os.mkfifo(root / "etc/passwd")  # nobody writes into it
    with pytest.raises(SeraiError, match="no user me"):
        container_root.login(pid, "me", "web")
