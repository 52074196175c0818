"""A Vagrantfile of containers, on a real dockerd: links, ports, binds, environment, a build, scripts (VAG-2)."""

from __future__ import annotations

import time
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from person import Serai

pytestmark = [pytest.mark.engine, pytest.mark.root]

PORT = 18473
FILE = f"""\
Vagrant.configure("2") do |config|
  config.vm.define "web", primary: true do |web|
    web.vm.hostname = "front"
    web.vm.provider "docker" do |d|
      d.build_dir = "app"
      d.build_args = ["--build-arg", "WORD=built", "-t", "ignored"]
      d.cmd = ["httpd", "-f", "-p", "80", "-h", "/var/www"]
      d.ports = ["{PORT}:80"]
      d.link "back:db"
      d.volumes = ["cache:/var/cache"]
      d.create_args = ["--memory", "64m", "--cap-drop=NET_RAW"]
      d.has_ssh = true
    end
    web.vm.provision "shell", inline: "cat /vagrant/word > /tmp/word"
  end
  config.vm.define "db" do |db|
    db.vm.provider "docker" do |d|
      d.image = "small:1"
      d.name = "back"
      d.cmd = ["sleep", "1000"]
      d.env = {{ "COLOUR" => "green" }}
    end
  end
end
"""


def page(port: int, tries: int = 50) -> str:
    """What a server says that may just be starting."""
    for left in reversed(range(tries)):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=10) as answer:
                return str(answer.read().decode())
        except OSError:
            if not left:
                raise
            time.sleep(0.2)
    raise AssertionError


@pytest.mark.timeout(300)
def test_containers_of_a_vagrantfile_come_up(home: Path, dockerd: Any, tmp_path: Path) -> None:
    serai = Serai(tmp_path / "shop")
    (serai.root / "app").mkdir(parents=True)
    (serai.root / "app/Dockerfile").write_text(
        "FROM small:1\nARG WORD\nRUN echo $WORD > /var/www/index.html && mkdir -p /var/cache\n"
    )
    (serai.root / "word").write_text("shared\n")
    (serai.root / "Vagrantfile").write_text(FILE)
    try:
        serai("up")
        assert serai.states() == {"web": "ready", "db": "ready"}
        assert page(PORT) == "built\n"
        told = serai("ssh", "-c", "cat /tmp/word; hostname; grep -c db /etc/hosts; ls -d /var/cache").stdout
        assert told.split() == ["shared", "front", "1", "/var/cache"]
        assert serai("exec", "db", "--", "sh", "-c", "echo $COLOUR").stdout.split()[-1] == "green"
        assert serai("plan").returncode == 0
        serai("halt", "db")
        assert serai.states() == {"web": "ready", "db": "stopped"}
    finally:
        serai("destroy", "-y", code=None)
    assert set(serai.states().values()) == {"absent"}
