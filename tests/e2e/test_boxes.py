"""A machine becomes a box, the box becomes machines: login, the swap of its key, addresses (VAG-5, VAG-13)."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from person import Serai
from serai.guest.known_key import private
from serai.guest.ssh import SshTransport
from serai.providers.contract import SshEndpoint

pytestmark = [pytest.mark.engine, pytest.mark.slow]

SOURCE = """
project: maker
machines:
  base:
    image: debian:12
    memory: 512M
    cpu: 2
    ready: {within: 10m}
    provision:
      - shell: |
          echo made > /etc/made
          echo 'PasswordAuthentication yes' > /etc/ssh/sshd_config.d/00-box.conf
"""
USER = """
project: user
networks: {lan: 10.41.0.0/24}
machines:
  web:
    image: box:mine
    memory: 512M
    cpu: 2
    hostname: shop
    ready: {within: 10m}
    networks: [{private: {network: lan, address: 10.41.0.10}}]
    provision: ['cat /etc/made > /root/seen']
  old:
    image: box:mine
    memory: 512M
    ssh: {insert_key: false}
    ready: {within: 10m}
    networks: [{private: lan}]
"""


@pytest.fixture
def boxed(home_with_images: Path, tmp_path: Path, need: Any, monkeypatch: pytest.MonkeyPatch) -> Serai:
    """A project whose machines are made from a box that a machine of another project was made into."""
    need("qemu-system-x86_64", "qemu-img", "ssh")
    monkeypatch.setenv("VAGRANT_HOME", str(tmp_path / "vagrant.d"))
    maker, user = Serai(tmp_path / "maker"), Serai(tmp_path / "user")
    maker.file(SOURCE)
    try:
        maker("up", timeout=900)
        maker("halt")
        maker("package", "--output", str(tmp_path / "mine.box"), timeout=900)
    finally:
        maker("destroy", "-y", "--force", code=None)
    user.file(USER)
    user("box", "add", str(tmp_path / "mine.box"), "--name", "mine")
    yield user
    user("destroy", "-y", "--force", code=None)
    user("box", "remove", "mine", code=None)


def inside(project: Serai, name: str, command: str) -> str:
    return project("ssh", name, "-c", command).stdout.strip()


def login(project: Serai, name: str, **how: Any) -> SshTransport:
    """A way in of our own choosing."""
    port = next(one["host"] for one in project.json("port", name)["machines"][name] if one["id"] == "ssh")
    return SshTransport(SshEndpoint(host="127.0.0.1", port=port, user="vagrant", **how), f"{name}-by-hand")


@pytest.mark.timeout(1800)
def test_a_box_that_serai_made_comes_up_and_its_key_is_replaced(boxed: Serai, tmp_path: Path) -> None:
    assert boxed("up", timeout=1200).returncode == 0
    assert inside(boxed, "web", "id -un; hostname; sudo cat /root/seen").split() == ["vagrant", "shop", "made"]
    assert "10.41.0.10/24" in inside(boxed, "web", "ip -o -4 addr")
    assert inside(boxed, "old", "ip -o -4 addr").count("10.41.0.") >= 1
    keys = inside(boxed, "web", "cat ~/.ssh/authorized_keys")
    assert "insecure" not in keys and len(keys.splitlines()) == 1
    assert "insecure" in inside(boxed, "old", "cat ~/.ssh/authorized_keys")
    everybodys = login(boxed, "web", key=private())
    refused = everybodys.dial()
    assert refused is not None and "Permission denied" in refused.said
    (tmp_path / "none").write_text("")
    by_password = login(boxed, "web", key=None, password="vagrant", options={"PubkeyAuthentication": "no"})
    assert by_password.run("id -un").stdout == "vagrant\n"
    by_password.close()
    assert boxed("up").returncode == 0  # nothing to do, and the way in is the project's own


@pytest.mark.timeout(300)
def test_vagrant_takes_the_box_and_serai_uses_it_where_vagrant_keeps_it(
    home: Path, tmp_path: Path, need: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    need("vagrant", "qemu-img")
    from box_files import made_disk
    from serai.images.boxes import pack, shelf, stock
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
