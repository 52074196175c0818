"""The whole way on real QEMU, through the real command line: up, in, changed, saved, gone without a trace."""

from __future__ import annotations

import os
import signal
import socket
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from serai.guest.cpus import POSSIBLE

pytestmark = [pytest.mark.engine, pytest.mark.slow, pytest.mark.timeout(600)]

SHOP = """
project: shop
defaults: {image: tiny, memory: 192M}
machines:
  db:
    networks: [{private: {network: back, address: 10.40.7.5}}]
    provision: [{shell: "echo stored > /root/data", name: data}]
  web:
    memory: {size: 192M, max: 512M}
    cpu: {count: 1, max: 2}
    after: {db: provisioned}
    networks:
      - {private: back}
      - {forwarded_port: {guest: 80, host: %(port)d}}
    provision:
      - shell: "mkdir -p /srv; echo 'hello from serai' > /srv/index.html; httpd -h /srv"
        name: page
        run: always
    ready: {within: 4m}
"""


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def fetch(port: int) -> str:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=10) as answer:
        return str(answer.read().decode())


def qemus(home: Path) -> list[int]:
    """Processes of QEMU that belong to this home."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                where = str((entry / "cwd").readlink())
                program = str((entry / "exe").readlink())
            except OSError:
                continue
            if "qemu" in program and where.startswith(str(home)):
                found.append(int(entry.name))
    return found


def machines(home: Path) -> list[int]:
    """Those that are machines, and not the hub of a network."""
    return [pid for pid in qemus(home) if b"\0-machine\0" in Path(f"/proc/{pid}/cmdline").read_bytes()]


@pytest.fixture
def port() -> int:
    return free_port()


@pytest.fixture
def shop(home_with_images: Path, serai: Any, need: Any, port: int) -> Any:
    need("qemu-system-x86_64", "qemu-img", "ssh")
    serai.file(SHOP % {"port": port})
    yield serai
    serai("destroy", "-y", "--force", code=None)


def test_a_project_of_two_machines_lives_and_leaves_nothing(shop: Any, home: Path, port: int) -> None:
    shop("up", timeout=500)
    assert shop.states() == {"db": "ready", "web": "ready"}
    assert fetch(port) == "hello from serai\n"
    assert qemus(home)

    # in, by every way
    assert shop("ssh", "db", "-c", "cat /root/data").stdout.strip() == "stored"
    assert "db" in shop("exec", "db", "--", "hostname").stdout
    (shop.root / "note").write_text("a note\n")
    shop("cp", "note", "web:/root/note")
    shop("cp", "web:/root/note", "back")
    assert (shop.root / "back").read_text() == "a note\n"
    assert str(port) in shop("port", "web").stdout
    assert "Host" in shop("ssh-config").stdout
    assert "Linux version" in shop("logs", "web", "--serial", "-n", "2000").stdout or shop("logs", "web").stdout

    # the private network, by name
    assert "1 packets received" in shop("ssh", "web", "-c", "ping -c 1 -W 20 db").stdout

    # nothing to do, at the first look
    assert "nothing to do" in shop("plan").stdout

    # live changes; a newer kernel takes no CPU while it runs, which tests/e2e/test_images.py is about
    takes_cpus = shop("ssh", "web", "-c", f"cat {POSSIBLE}").stdout.strip() == "0-1"
    larger = (SHOP % {"port": port}).replace("size: 192M, max", "size: 320M, max")
    shop.file(larger.replace("count: 1", "count: 2") if takes_cpus else larger)
    assert "live" in shop("plan", code=2).stdout
    shop("up")
    assert "nothing to do" in shop("plan").stdout
    assert shop("ssh", "web", "-c", "nproc").stdout.strip() == ("2" if takes_cpus else "1")

    # suspended in memory and on disk
    shop("suspend", "web")
    shop("suspend", "db", "--to-disk")
    assert shop.states() == {"db": "suspended", "web": "paused"}
    shop("up", timeout=300)
    assert shop.states() == {"db": "ready", "web": "ready"}
    assert shop("ssh", "db", "-c", "cat /root/data").stdout.strip() == "stored"

    # a snapshot with memory, and back
    shop("snapshot", "save", "good", "db")
    shop("ssh", "db", "-c", "rm /root/data")
    shop("snapshot", "restore", "good", "db")
    assert shop("ssh", "db", "-c", "cat /root/data").stdout.strip() == "stored"
    shop("snapshot", "delete", "good", "db")

    # halted and up again: the disk stays, `always` runs, `once` does not
    shop("halt")
    assert shop.states() == {"db": "stopped", "web": "stopped"}
    out = shop("up", timeout=300).stderr
    assert "provisioning page" in out
    assert "provisioning data" not in out
    assert fetch(port) == "hello from serai\n"

    shop("destroy", "-y")
    assert qemus(home) == []
    assert not list((home / "projects").iterdir())
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", port)) != 0


def test_a_qemu_that_was_killed_is_told_and_started_again(shop: Any, home: Path) -> None:
    shop("up", "db", timeout=300)
    [os.kill(pid, signal.SIGKILL) for pid in qemus(home)]
    found = shop.json("status")["machines"]["db"]
    assert found["state"] in ("failed", "stopped")
    assert found["problem"]
    shop("up", "db", timeout=300)
    assert shop.states()["db"] == "ready"
    assert shop("ssh", "db", "-c", "cat /root/data").stdout.strip() == "stored"


def test_a_taken_port_is_named_with_its_holder_and_auto_correct_takes_another(shop: Any, port: int) -> None:
    with socket.socket() as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taken.bind(("127.0.0.1", port))
        taken.listen()
        one = """
project: shop
machines: {web: {image: tiny, memory: 192M, networks: [{forwarded_port: {guest: 80, host: %d%s}}]}}
"""
        shop.file(one % (port, ""))
        done = shop("up", code=None, timeout=300)
        assert done.returncode != 0
        assert str(port) in done.stderr
        assert "auto_correct" in done.stderr
        shop.file(one % (port, ", auto_correct: true"))
        shop("up", timeout=300)
        forwards = shop.json("status")["machines"]["web"]["forwards"]
        http = next(forward for forward in forwards if forward["guest"] == 80)
        assert http["host"] != port


def test_two_ups_at_once_make_one_machine(shop: Any, home: Path) -> None:
    first = shop.spawn("up", "db")
    second = shop.spawn("up", "db")
    _, one = first.communicate(timeout=400)
    _, two = second.communicate(timeout=400)
    assert (first.returncode, second.returncode) == (0, 0), one + two
    assert "waiting: project shop is in use by" in one + two
    assert len(machines(home)) == 1


def test_render_is_what_qemu_accepts(shop: Any) -> None:
    shown = shop("render", "db").stdout
    assert shown.startswith("qemu-system-") or "/qemu-system-" in shown.splitlines()[0]
    assert "-netdev" in shown


STEPS = ["image:tiny", "db/create", "db/start", "db/ready", "db/provision:data"]


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("step", STEPS)
def test_a_killed_up_is_finished_by_the_next(shop: Any, home: Path, when: str, step: str) -> None:
    killed = shop("up", "db", code=None, env={"SERAI_FAULT": f"{when}:{step}"}, timeout=300)
    assert killed.returncode == -9
    shop("up", "db", timeout=300)
    assert shop.states()["db"] == "ready"
    assert len(machines(home)) == 1
    assert shop("ssh", "db", "-c", "cat /root/data").stdout.strip() == "stored"
    killed = shop("destroy", "-y", code=None, env={"SERAI_FAULT": f"{when}:db/destroy"})
    assert killed.returncode == -9
    shop("destroy", "-y")
    assert qemus(home) == []
    assert not list((home / "projects").iterdir())


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("verb", ["save", "restore", "delete"])
def test_a_killed_snapshot_leaves_a_machine_that_works(shop: Any, when: str, verb: str) -> None:
    shop("up", "db", timeout=300)
    if verb != "save":
        shop("snapshot", "save", "a", "db")
    fault = {"SERAI_FAULT": f"{when}:db/snapshot-{verb}:a"}
    assert shop("snapshot", verb, "a", "db", code=None, env=fault).returncode == -9
    shop("up", "db", timeout=300)
    assert shop.states()["db"] == "ready"
