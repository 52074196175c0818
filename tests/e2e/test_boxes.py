"""Debian comes up as stated, becomes a box, the box becomes machines: login, keys, addresses (VAG-5, VAG-13)."""

from __future__ import annotations

import os
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from msgspec import structs

from debian_box import mounted, raw_of
from person import Serai
from serai.guest.generic import script
from serai.guest.keys import project_key
from serai.guest.known_key import first_way, private, public
from serai.guest.settle import settle
from serai.guest.ssh import SshTransport
from serai.images import resolve
from serai.images.boxes import pack
from serai.providers.contract import Image, Materials, SshEndpoint
from serai.run.wait import poll
from serai.spec.machine import Machine

pytestmark = [pytest.mark.engine, pytest.mark.slow]

DEBIAN = """
project: maker
machines:
  web:
    image: debian:12
    memory: 768M
    cpu: 2
    guest:
      packages: [tree]
      users: [{name: ann, sudo: true}]
      commands: [echo ours >> /root/order]
      user_data:
        - inline: |
            users: [{name: bob}]
            runcmd: [[sh, -c, echo theirs >> /root/order]]
            hostname: other
        - content_type: text/x-shellscript
          inline: |
            #!/bin/sh
            id -un > /root/script
    provision: [{shell: "id -un > /root/who; tree --version; echo made > /etc/made", name: who}]
    ready: {within: 20m}
"""
USER = """
project: user
networks: {lan: 10.41.0.0/24}
images: {mine: {box: ./mine.box}}
machines:
  web:
    image: mine
    memory: 512M
    cpu: 2
    hostname: shop
    ready: {within: 15m}
    networks: [{private: {network: lan, address: 10.41.0.10}}]
    synced_folders: [{source: ., target: /vagrant, exclude: ["*.box"]}]
    provision: ['cat /etc/made > /root/seen']
"""


@contextmanager
def debian(home_with_images: Path, work: Path) -> Iterator[tuple[Path, Path]]:
    """A disk of Debian, and its root: what `serai package` does in a copy that runs is done without a start."""
    image = resolve.ensure("debian:12", progress=lambda _phrase: None)
    assert image.disk is not None
    disk = raw_of(image.disk, work)
    (home_with_images / "images").unlink()  # the box is no image that other tests want
    with mounted(disk, work) as root:
        (root / "etc/made").write_text("made\n")
        (root / "etc/ssh/sshd_config.d/00-box.conf").write_text("PasswordAuthentication yes\n")
        extra = "ssh-keygen -A >/dev/null"  # cloud-init would have made them
        words = ["chroot", root, "/bin/sh", "-ec", f"{script([])}\n{extra}"]
        told = subprocess.run(words, capture_output=True, text=True, check=False)
        assert told.returncode == 0, told.stderr
        yield disk, root


@pytest.fixture
def box(debian_box: Path, home_with_images: Path, tmp_path: Path) -> Path:
    """The box, in a project's directory, and no other images there: it is no image that other tests want."""
    (home_with_images / "images").unlink()
    target = tmp_path / "user/mine.box"
    target.parent.mkdir()
    target.symlink_to(debian_box)
    return target


@pytest.fixture
def server(home_with_images: Path, tmp_path: Path, need: Any) -> Iterator[SshEndpoint]:
    """The SSH server of a box, in the box's root instead of a machine, with a host name of its own."""
    need("sshd", "ssh", "qemu-img", "sfdisk", root=True)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with debian(home_with_images, tmp_path) as (_disk, root):
        (root / "run/sshd").mkdir(exist_ok=True)
        for name in ("null", "urandom", "tty"):
            (root / "dev" / name).exists() or os.mknod(
                root / "dev" / name, 0o20666, (Path("/dev") / name).stat().st_rdev
            )
        options = ["-p", str(port), "-o", "ListenAddress=127.0.0.1", "-o", "UsePAM=no", "-e", "-D"]
        with subprocess.Popen(["unshare", "--uts", "chroot", root, "/usr/sbin/sshd", *options]) as process:
            try:
                yield SshEndpoint(host="127.0.0.1", port=port, user="vagrant", key=None)
            finally:
                process.terminate()
        assert poll(lambda: not rooted(root) or None, budget=30), f"still in {root}: {rooted(root)}"


def rooted(root: Path) -> list[str]:
    """The processes in there: sessions of an SSH server outlive it by a moment, and hold its root."""
    found = []
    for each in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if (each / "root").readlink() == root:
                found.append(each.name)
    return found


@pytest.mark.root
@pytest.mark.timeout(300)
def test_the_first_login_is_by_what_everybody_has_and_the_last_by_our_own_key(
    server: SshEndpoint, tmp_path: Path, home: Path
) -> None:
    key, ours = project_key(home / "p")
    no_key = {"PubkeyAuthentication": "no"}

    def way(**how: Any) -> SshTransport:
        return SshTransport(structs.replace(server, **how), "box")

    for attempt in (way(key=private()), way(password="vagrant", options=no_key)):
        assert poll(lambda attempt=attempt: attempt.dial() is None or None, budget=30)
        assert attempt.run("id -un").stdout == "vagrant\n"
        attempt.close()
    wrong = way(password="wrong", options=no_key).dial()
    assert wrong is not None and "Permission denied" in wrong.said
    first = SshTransport(first_way(structs.replace(server, key=key), []), "box")
    image = Image(reference="box:mine", digest="", seed="none", user="vagrant", login="vagrant")
    materials = Materials(image=image, user="vagrant", public_keys=(ours,))
    settle(first, Machine(name="web", hostname="shop"), materials, lambda _phrase: None)
    assert first.run("hostname; cat ~/.ssh/authorized_keys").stdout == f"shop\n{ours}\n"
    first.close()
    refused = way(key=private()).dial()
    assert refused is not None and "Permission denied" in refused.said
    last = way(key=key)
    assert last.run("sudo id -un").stdout == "root\n"
    last.close()
    assert tmp_path


def inside(project: Serai, name: str, command: str) -> str:
    return project("ssh", name, "-c", command).stdout.strip()


def by_hand(project: Serai, name: str, **how: Any) -> SshTransport:
    """A way in of our own choosing."""
    config = project("ssh-config", name).stdout
    port = int(config.split("Port ")[1].split()[0])
    return SshTransport(SshEndpoint(host="127.0.0.1", port=port, user="vagrant", **how), f"{name}-by-hand")


@pytest.mark.root
@pytest.mark.timeout(1800)
def test_a_machine_comes_up_from_a_box_and_its_key_is_replaced(box: Path) -> None:
    project = Serai(box.parent)
    project.file(USER)
    try:
        project("up", timeout=1500)
        told = inside(project, "web", "id -un; hostname; sudo cat /root/seen; ls /vagrant; ip -o -4 addr")
        assert told.split()[:3] == ["vagrant", "shop", "made"]
        assert "serai.yaml" in told and "10.41.0.10/24" in told
        keys = inside(project, "web", "cat ~/.ssh/authorized_keys")
        assert "insecure" not in keys and len(keys.splitlines()) == 1
        refused = by_hand(project, "web", key=private()).dial()
        assert refused is not None and "Permission denied" in refused.said
        way = by_hand(project, "web", key=None, password="vagrant", options={"PubkeyAuthentication": "no"})
        assert way.run("id -un").stdout == "vagrant\n"
        way.close()
        assert project("plan").returncode == 0  # nothing is left to do
    finally:
        project("destroy", "-y", "--force", code=None)


@pytest.mark.root
@pytest.mark.timeout(3000)
def test_debian_comes_up_with_all_that_is_stated_and_becomes_a_box_without_what_is_its_own(
    home_with_images: Path, tmp_path: Path, need: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One machine for both: a Debian's first start is the longest part of either."""
    need("mmdebstrap", "qemu-system-x86_64", "qemu-img", "ssh", "sfdisk", root=True)
    monkeypatch.setenv("VAGRANT_HOME", str(tmp_path / "vagrant.d"))
    maker = Serai(tmp_path / "maker")
    maker.file(DEBIAN)
    try:
        maker("up", timeout=1400)
        everything_is_there(maker)
        ours = inside(maker, "web", "cat ~/.ssh/authorized_keys").split()[1]
        maker("halt")
        maker("package", "--output", str(tmp_path / "mine.box"), timeout=1000)
    finally:
        maker("destroy", "-y", "--force", code=None)
    (home_with_images / "images").unlink()
    maker("box", "add", str(tmp_path / "mine.box"), "--name", "mine")
    image = resolve.find("box:mine")
    assert image is not None and image.disk is not None
    with mounted(raw_of(image.disk, tmp_path), tmp_path) as root:
        assert (root / "etc/made").read_text() == "made\n"
        assert (root / "home/vagrant/.ssh/authorized_keys").read_text() == f"{public()}\n"
        left = [path for path in root.glob("home/*/.ssh/authorized_keys") if ours in path.read_text()]
        assert left == [] and (root / "etc/machine-id").read_text() == ""
        assert (root / "etc/cloud/cloud-init.disabled").exists()


def everything_is_there(project: Serai) -> None:
    """What the file states and what its own user data state, after the first start."""
    assert inside(project, "web", "hostname; id -un; sudo cat /root/who").split() == ["web", "debian", "root"]
    assert inside(project, "web", "sudo -u ann sudo -n id -u") == "0"
    assert inside(project, "web", "tree --version").startswith("tree v")
    # Further user data: its lists grow serai's own, what serai states stays, a script runs.
    told = inside(project, "web", "id -un bob; sudo cat /root/order /root/script; hostname")
    assert told.split() == ["bob", "ours", "theirs", "root", "web"]
    assert inside(project, "web", "systemctl is-system-running") == "running"
    assert inside(project, "web", "cloud-init status") == "status: done"


@pytest.mark.timeout(300)
def test_vagrant_takes_the_box_and_serai_uses_it_where_vagrant_keeps_it(
    home: Path, tmp_path: Path, need: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    need("vagrant", "qemu-img")
    from box_files import made_disk
    from serai.images.boxes import shelf, stock
    from serai.images.store import Store

    disk = made_disk(tmp_path / "d.qcow2", "qcow2")
    box = tmp_path / "package.box"
    pack.write(box, pack.libvirt([disk], [1 << 30], {"Vagrantfile": b"# mine\n"}), lambda _phrase: None)
    vagrant_home = tmp_path / "vagrant.d"
    env = {**os.environ, "VAGRANT_HOME": str(vagrant_home), "HOME": str(tmp_path), "VAGRANT_NO_PLUGINS": "1"}

    def vagrant(*words: str) -> str:
        done = subprocess.run(
            ["vagrant", *words], env=env, cwd=tmp_path, capture_output=True, text=True, timeout=200, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    vagrant("box", "add", "--name", "shop/mine", "--provider", "libvirt", str(box))
    assert "shop/mine (libvirt, 0)" in vagrant("box", "list")
    monkeypatch.setenv("VAGRANT_HOME", str(vagrant_home))
    found = shelf.installed("shop/mine")
    assert found is not None and not found.is_own and found.vagrantfile
    before = sorted((path, path.stat().st_mtime_ns) for path in vagrant_home.rglob("*"))
    (image,) = stock.ensure(found, Store(), lambda _phrase: None)
    assert image.disk and image.disk.read_bytes() == disk.read_bytes()
    assert sorted((path, path.stat().st_mtime_ns) for path in vagrant_home.rglob("*")) == before
    assert home
