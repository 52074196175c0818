"""A Vagrantfile of vagrant-lxc's on a real LXC: its box, its settings, the shared folder, a script (VAG-3)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from person import Serai

pytestmark = [pytest.mark.engine, pytest.mark.root]

FILE = """\
Vagrant.configure("2") do |config|
  config.vm.box = "tiny"
  config.vm.hostname = "inside"
  config.vm.network "private_network", ip: "10.78.0.5"
  config.vm.provider "lxc" do |lxc|
    lxc.customize "cgroup.memory.limit_in_bytes", "96M"
    lxc.customize "init.cmd", "/bin/sleep 10000"
    lxc.tmpfs_mount_size = "8M"
    lxc.backingstore = "dir"
  end
  config.vm.provision "shell", inline: "cat /vagrant/word > /root/word"
end
"""


@pytest.mark.timeout(240)
def test_a_container_of_a_vagrantfile_comes_up(home_with_images: Path, boxes: Any) -> None:
    serai: Serai = boxes
    serai.root.mkdir(parents=True, exist_ok=True)
    (serai.root / "word").write_text("shared\n")
    (serai.root / "Vagrantfile").write_text(FILE)
    serai("box", "add", "tiny", "--image", "tiny")
    try:
        serai("up")
        assert serai.states() == {"default": "ready"}
        told = serai("ssh", "-c", "cat /root/word; hostname; df /tmp | tail -1; ip -o -4 addr").stdout
        assert told.split()[:2] == ["shared", "inside"]
        assert "10.78.0.5/24" in told and "8192" in told
        assert serai("plan").returncode == 0
    finally:
        serai("destroy", "-y", code=None)
    assert serai.states() == {"default": "absent"}
