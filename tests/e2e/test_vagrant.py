"""One Vagrantfile, brought up by vagrant and by serai: the same machine comes of it (VAG-1, VAG-5, VAG-6, VAG-8).

And the guide's array of hashes, of which vagrant's own commands "will not work properly" (VAG-12).
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from person import Serai

pytestmark = [pytest.mark.engine, pytest.mark.root, pytest.mark.slow]

WEB = 18471
ONE = """\
Vagrant.configure("2") do |config|
  config.vm.box = "shop-debian"
  config.vm.box_check_update = false
  config.vm.boot_timeout = 1200
  config.vm.synced_folder ".", "/vagrant", type: "rsync"
  config.vm.define "web", primary: true do |web|
    web.vm.hostname = "web.shop.test"
    web.vm.network "private_network", ip: "192.168.57.10"
    web.vm.network "forwarded_port", guest: 80, host: {port}, host_ip: "127.0.0.1"
    web.vm.provider "libvirt" do |domain|
      domain.driver = "qemu"
      domain.cpu_mode = "{cpu}"
      domain.cpu_model = "{model}"
      domain.memory = 512
      domain.cpus = 2
      domain.graphics_type = "none"
    end
    web.vm.provision "shell", name: "root", env: {{"WHO" => "me"}}, args: ["once"],
      inline: "echo $WHO $1 > /root/by"
    web.vm.provision "shell", name: "user", privileged: false, inline: "id -un > /tmp/who"
    web.vm.provision "file", source: "hello.txt", destination: "/tmp/hello.txt"
    web.vm.provision "shell", name: "serve", inline: <<-SHELL
      cat > /usr/local/bin/serve.py <<'PY'
import http.server
http.server.test(http.server.SimpleHTTPRequestHandler, port=80)
PY
      systemd-run --unit=serve --working-directory=/vagrant /usr/bin/python3 /usr/local/bin/serve.py
    SHELL
  end
end
"""
ASKED = (
    "hostname -f",
    "sudo cat /root/by",
    "cat /tmp/who",
    "cat /tmp/hello.txt",
    "ls /vagrant | grep -v '^serai'",
    "id -un",
    "nproc",
    "ip -o -4 addr | grep -o '192.168.57.[0-9]*/24'",
    "wc -l < ~/.ssh/authorized_keys; grep -c insecure ~/.ssh/authorized_keys; true",
)
"""What is asked in the guest: its answers must be the same from both."""
LINE = "===="
AT_ONCE = f"; echo {LINE}; ".join(ASKED)
"""All of it by one login: vagrant takes seconds to begin."""

LOOP = """\
machines = [
  {{ :name => "app1", :ip => "192.168.58.11", :memory => 160 }},
  {{ :name => "app2", :ip => "192.168.58.12", :memory => 160 }},
  {{ :name => "db",   :ip => "192.168.58.13", :memory => 192 }},
]
Vagrant.configure("2") do |config|
  config.vm.synced_folder ".", "/vagrant", disabled: true
  machines.each do |opts|
    config.vm.define opts[:name] do |node|
      node.vm.box = "tiny"
      node.vm.hostname = opts[:name]
      node.vm.network "private_network", ip: opts[:ip]
      node.vm.provider("virtualbox") {{ |v| v.memory = opts[:memory] }}
      if opts[:name] == "db"
        node.vm.provision "shell", name: "before", inline: "cat /proc/sys/kernel/random/boot_id > /root/before"
        node.vm.provision :reload
      end
      node.vm.provision "shell", inline: "echo #{{opts[:name]}} > /tmp/name"
    end
  end
end
"""


@pytest.fixture
def vagrant(tmp_path: Path, need: Callable[..., None], libvirtd: str) -> Iterator[Callable[..., str]]:
    """The real vagrant in a directory of its own, whose machines are gone afterwards."""
    need("vagrant", "rsync", root=True)
    root = tmp_path / "theirs"
    root.mkdir()
    env = {
        **os.environ,
        "VAGRANT_HOME": str(tmp_path / "vagrant.d"),
        "VAGRANT_DEFAULT_PROVIDER": "libvirt",
        "VAGRANT_CHECKPOINT_DISABLE": "1",
        "LIBVIRT_DEFAULT_URI": libvirtd,
    }

    def run(*words: str, check: bool = True) -> str:
        done = subprocess.run(
            ["vagrant", *words], env=env, cwd=root, capture_output=True, text=True, timeout=1500, check=False
        )
        assert not check or done.returncode == 0, f"vagrant {words}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    yield run
    run("destroy", "-f", check=False)
    for volume in _volumes(libvirtd):
        if volume.startswith("shop-debian_vagrant_box_image"):
            subprocess.run(["virsh", "-q", "-c", libvirtd, "vol-delete", volume, "default"], check=False)


def _volumes(uri: str) -> list[str]:
    words = ["virsh", "-q", "-c", uri, "vol-list", "default"]
    told = subprocess.run(words, capture_output=True, text=True, check=False).stdout
    return [line.split()[0] for line in told.splitlines() if line.strip()]


def _project(root: Path) -> None:
    root.mkdir(exist_ok=True)
    (root / "Vagrantfile").write_text(ONE.format(port=WEB, cpu="custom", model="qemu64"))
    (root / "hello.txt").write_text("hello\n")


def _answers(said: str) -> dict[str, str]:
    """What was asked -> the answer."""
    return dict(zip(ASKED, said.replace("\r", "").split(f"{LINE}\n"), strict=True))


def _fetched() -> str:
    words = ["curl", "-sS", "--retry", "20", "--retry-delay", "1", "--retry-all-errors"]
    done = subprocess.run(
        [*words, f"http://127.0.0.1:{WEB}/hello.txt"], capture_output=True, text=True, check=True
    )
    return done.stdout


def _taken_over(theirs: Serai, uri: str) -> None:
    """What vagrant-libvirt has made is not made twice: serai takes it over, and leaves its disk when it goes."""
    refused = theirs("up", "--provider", "libvirt", code=None)
    assert refused.returncode != 0 and "Vagrant has made it already" in refused.stderr
    theirs("adopt", "web")
    assert theirs.states() == {"web": "running"} or theirs.states() == {"web": "ready"}
    assert theirs("ssh", "-c", "cat /tmp/hello.txt").stdout == "hello\n"
    assert [step for step in theirs.steps() if "provision" in step or "create" in step] == []
    theirs("destroy", "-y")
    assert theirs.states() == {"web": "absent"}
    for noted in (theirs.root / ".vagrant/machines/web/libvirt/pids").glob("ssh_*.pid"):
        os.kill(int(noted.read_text()), signal.SIGTERM)  # vagrant's forwarded ports outlive the machine
    (left,) = (name for name in _volumes(uri) if name.startswith("theirs_web"))
    subprocess.run(["virsh", "-q", "-c", uri, "vol-delete", left, "default"], check=True)
    for network in ("theirs0", "vagrant-libvirt"):  # vagrant forgets them with a machine that is gone
        for act in ("net-destroy", "net-undefine"):
            subprocess.run(["virsh", "-q", "-c", uri, act, network], check=True)


@pytest.mark.long
@pytest.mark.timeout(3000)
def test_the_same_machine_comes_of_one_vagrantfile(
    vagrant: Callable[..., str],
    debian_box: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    libvirtd: str,
) -> None:
    monkeypatch.setenv("VAGRANT_HOME", str(tmp_path / "vagrant.d"))
    _project(tmp_path / "theirs")
    _project(tmp_path / "ours")
    vagrant("box", "add", "--name", "shop-debian", str(debian_box))
    vagrant("up")
    theirs = _answers(vagrant("ssh", "-c", AT_ONCE))
    fetched = _fetched()
    assert "running (libvirt)" in vagrant("status")
    _taken_over(Serai(tmp_path / "theirs"), libvirtd)
    vagrant("destroy", "-f")
    serai = Serai(tmp_path / "ours")
    try:
        serai("up", "--provider", "libvirt", timeout=1500)
        ours = _answers(serai("ssh", "-c", AT_ONCE).stdout)
        assert _fetched() == fetched == "hello\n"
        assert serai.states() == {"web": "ready"}
        assert "running (libvirt)" in serai("vagrant", "status").stdout
        assert serai.json("port")["web"] != []
        assert serai("plan").returncode == 0
    finally:
        serai("destroy", "-y", code=None)
    assert ours == theirs


@pytest.mark.timeout(900)
def test_the_guide_s_array_of_hashes_works(
    home_with_images: Path, tmp_path: Path, need: Callable[..., None]
) -> None:
    need("qemu-system-x86_64", "ssh")
    serai = Serai(tmp_path / "loop")
    serai.root.mkdir()
    (serai.root / "Vagrantfile").write_text(LOOP.format())
    try:
        serai("box", "add", "tiny", "--image", "tiny")
        serai("up", "--provider", "qemu", timeout=600)
        assert serai.states() == {"app1": "ready", "app2": "ready", "db": "ready"}
        for name in ("app1", "app2", "db"):
            assert serai("ssh", name, "-c", "cat /tmp/name; uname -n").stdout.split() == [name, name]
        boots = serai("ssh", "db", "-c", "sudo cat /root/before /proc/sys/kernel/random/boot_id").stdout.split()
        assert len(boots) == 2 and boots[0] != boots[1]  # the step in between has started it anew
        for address in ("192.168.58.13", "db"):
            assert serai("ssh", "app1", "-c", f"nc -w 20 {address} 22 < /dev/null | head -n 1").stdout.startswith(
                "SSH-2.0"
            )
        serai("halt", "/app./")
        assert serai.states() == {"app1": "stopped", "app2": "stopped", "db": "ready"}
        assert re.search(r"^app1 +shutoff \(qemu\)$", serai("vagrant", "status").stdout, re.MULTILINE)
    finally:
        serai("destroy", "-y", code=None)
    assert set(serai.states().values()) == {"absent"}
    assert not (serai.root / ".serai").exists()
