"""The whole way on a real libvirtd, through the real command line: up, in, suspended, gone without a trace."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytestmark = [pytest.mark.engine, pytest.mark.root, pytest.mark.slow, pytest.mark.timeout(900)]

URI = "qemu:///system"
SHOP = """
project: %(project)s
defaults: {provider: libvirt, image: tiny, memory: 192M, ready: {within: 8m}}
networks: {back: {mode: nat}}
machines:
  db:
    networks: [{private: {network: back, address: %(subnet)s.5}}]
    provision: [{shell: "echo stored > /root/data", name: data}]
    disks: {data: 1GiB}
  web:
    after: {db: ready}
    networks:
      - {private: back}
      - {forwarded_port: {guest: 80, host: %(port)d}}
    provision:
      - shell: "mkdir -p /srv; echo 'hello from serai' > /srv/index.html; httpd -h /srv"
        name: page
        run: always
  user:
    networks:
      - {uplink: user}
      - {forwarded_port: {guest: 53, host: %(udp)d, protocol: udp}}
"""
ONE = "project: %s\nmachines: {web: {provider: libvirt, image: tiny, memory: 192M, ready: {within: 8m}%s}}\n"


def virsh(*words: str) -> str:
    return subprocess.run(["virsh", "-q", "-c", URI, *words], check=True, capture_output=True, text=True).stdout


def free_port(kind: int = socket.SOCK_STREAM) -> int:
    with socket.socket(socket.AF_INET, kind) as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def fetch(port: int) -> str:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=20) as answer:
        return str(answer.read().decode())


def traces(project: str) -> list[str]:
    """All that libvirt has of a project: domains, volumes, networks; the reservations are looked at apart."""
    found = [name for name in virsh("list", "--all", "--name").split() if name.startswith(f"{project}_")]
    pools = virsh("pool-list", "--name").split()
    for pool in pools:
        found += [line for line in virsh("vol-list", pool).splitlines() if f" {project}-" in f" {line.strip()}"]
    return found + [str(log) for log in Path("/var/log/libvirt/qemu").glob(f"{project}*")]


@pytest.fixture
def project(request: pytest.FixtureRequest) -> str:
    """A name of its own for each run: the daemon is shared with others."""
    return f"t{os.getpid() % 100000}x{abs(hash(request.node.name)) % 1000}"


@pytest.fixture
def shop(home_with_images: Path, serai: Any, need: Any, libvirtd: str, project: str) -> Iterator[Any]:
    need("ssh")
    yield serai
    serai("destroy", "-y", "--force", code=None)
    assert traces(project) == []


def test_a_project_of_three_machines_lives_and_leaves_nothing(shop: Any, home: Path, project: str) -> None:
    port, udp = free_port(), free_port(socket.SOCK_DGRAM)
    subnet = f"10.{50 + os.getpid() % 100}.{os.getpid() % 250}"
    shop.file(SHOP % {"project": project, "subnet": subnet, "port": port, "udp": udp})
    shop("up", timeout=800)
    assert shop.states() == {"db": "ready", "web": "ready", "user": "ready"}
    assert fetch(port) == "hello from serai\n"

    # a domain that knows whose it is, and runs from the pool
    xml = virsh("dumpxml", f"{project}_db")
    assert "https://serai.dev/xmlns/libvirt/1" in xml
    assert "/var/lib/libvirt/images/" in xml

    # the network: a static address, names by its own DNS, and the user's machine apart from it
    assert f"{subnet}.5" in shop("ssh", "db", "-c", "ip addr").stdout
    assert "1 packets received" in shop("ssh", "web", "-c", "ping -c 1 -W 20 db").stdout
    assert f"Address: {subnet}.5" in shop("ssh", "web", "-c", f"nslookup db {subnet}.1").stdout
    forwards = shop.json("status")["machines"]["user"]["forwards"]
    assert {(each["guest"], each.get("protocol", "tcp")) for each in forwards} == {(22, "tcp"), (53, "udp")}

    # nothing to do, at the first look
    assert "nothing to do" in shop("plan").stdout
    assert "Linux version" in shop("logs", "web", "-n", "2000").stdout or shop("logs", "web").stdout

    # suspended in memory and on disk, with their ports again
    shop("suspend", "web")
    shop("suspend", "user", "--to-disk")
    assert shop.states() == {"db": "ready", "web": "paused", "user": "suspended"}
    shop("up", timeout=600)
    assert shop.states() == {"db": "ready", "web": "ready", "user": "ready"}
    assert shop("ssh", "user", "-c", "hostname").stdout.strip() == "user"
    assert fetch(port) == "hello from serai\n"

    # found again when all files are lost: the domains know
    subprocess.run(["rm", "-rf", shop.root / ".serai", *(home / "projects").glob("*/libvirt")], check=True)
    assert shop.states() == {"db": "ready", "web": "ready", "user": "ready"}

    # halted and up again: the disk stays, `always` runs, `once` does not
    shop("halt", "db", "web")
    out = shop("up", timeout=600).stderr
    assert "provisioning page" in out
    assert "provisioning data" not in out
    assert shop("ssh", "db", "-c", "cat /root/data").stdout.strip() == "stored"
    assert fetch(port) == "hello from serai\n"

    shop("destroy", "-y")
    assert traces(project) == []
    assert f"{subnet}." not in "".join(virsh("net-dumpxml", name) for name in virsh("net-list", "--name").split())
    assert not list((home / "projects").iterdir())
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", port)) != 0


def test_an_emulator_that_was_killed_is_told_and_started_again(shop: Any, project: str) -> None:
    shop.file(ONE % (project, ""))
    shop("up", timeout=600)
    pid = int(Path(f"/run/libvirt/qemu/{project}_web.pid").read_text())
    os.kill(pid, signal.SIGKILL)
    found = shop.json("status")["machines"]["web"]
    while found["state"] in ("ready", "running"):  # the daemon has not seen it yet
        found = shop.json("status")["machines"]["web"]
    assert found["state"] in ("failed", "stopped")
    assert found["problem"]
    shop("up", timeout=600)
    assert shop.states() == {"web": "ready"}


def test_a_subnet_of_somebody_elses_is_named(shop: Any, project: str) -> None:
    taken = next(
        line.split("'")[1] for line in virsh("net-dumpxml", "default").splitlines() if "<ip address" in line
    )
    subnet = taken.rpartition(".")[0]
    text = ONE % (project, ", networks: [{private: back}]")
    shop.file(text + f"networks: {{back: {{subnet: {subnet}.0/24, mode: nat}}}}\n")
    done = shop("up", code=None)
    assert done.returncode not in (0, 70)
    assert "overlaps with one that is there already: libvirt network default" in done.stderr
    assert "networks.back.subnet" in done.stderr
    assert shop.states() == {"web": "absent"}


def test_a_file_that_guests_cannot_reach_is_named_with_the_command_that_opens_it(shop: Any, project: str) -> None:
    shop.root.mkdir(parents=True)
    shop.root.chmod(0o700)
    subprocess.run(["qemu-img", "create", "-q", "-f", "qcow2", shop.root / "data.qcow2", "1M"], check=True)
    shop.file(ONE % (project, ", disks: {data: {path: data.qcow2}}"))
    done = shop("up", code=4, timeout=600)
    assert f"may not enter {shop.root}" in done.stderr or "may not enter /tmp" in done.stderr
    assert "setfacl -m u:libvirt-qemu:x" in done.stderr


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("step", ["web/create", "web/start"])
def test_a_killed_up_is_finished_by_the_next(shop: Any, project: str, when: str, step: str) -> None:
    shop.file(ONE % (project, ""))
    killed = shop("up", code=None, env={"SERAI_FAULT": f"{when}:{step}"}, timeout=600)
    assert killed.returncode == -signal.SIGKILL
    shop("up", timeout=600)
    assert shop.states() == {"web": "ready"}


def test_render_is_what_is_defined(shop: Any, project: str) -> None:
    shop.file(ONE % (project, ""))
    shown = shop("render", "web").stdout
    assert shown.startswith("<domain ")
    assert f"<name>{project}_web</name>" in shown
    assert shop.states() == {"web": "absent"}


def test_a_libvirt_of_another_host_is_used_through_ssh(shop: Any, sshd: Any, project: str) -> None:
    """The other host is this one, behind a real sshd; only what goes through it may work."""
    uri = f"qemu+ssh://root@127.0.0.1:{sshd.port}/system?keyfile={sshd.key}&no_verify=1"
    port = free_port()
    shop.file(
        ONE
        % (
            project,
            f", networks: [{{forwarded_port: {{guest: 80, host: {port}}}}}]"
            f", providers: {{libvirt: {{accel: tcg, uri: '{uri}'}}}}",
        )
    )
    shop("up", timeout=600)
    assert shop("ssh", "web", "-c", "hostname").stdout.strip() == "web"
    assert "ssh" in shop("ssh-config").stdout
    shop("exec", "web", "--", "mkdir -p /srv; echo far > /srv/index.html; httpd -h /srv")
    assert fetch(port) == "far\n"
    assert shop("logs", "web").stdout
    shop("suspend", "web", "--to-disk")
    shop("up", timeout=600)
    shop("destroy", "-y")
    engine = Path(f"/var/log/libvirt/qemu/{project}_web.log")
    assert engine.exists()  # nobody on this side may remove a log of libvirt's own on another host
    engine.unlink()
