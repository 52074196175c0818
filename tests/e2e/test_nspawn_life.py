"""Real containers of systemd-nspawn: made, entered, joined, limited, frozen, copied, and gone; also by systemd."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from urllib.request import urlopen

import pytest

from nspawn_host import OCTETS, NspawnTraces
from person import Serai
from serai.providers.nspawn import groups
from serai.providers.nspawn.place import prefix
from serai.run.scope import scope_of

pytestmark = [pytest.mark.engine, pytest.mark.root, pytest.mark.timeout(240)]

SHOP = f"""
project: shop
defaults: {{provider: nspawn, container: {{rootfs: TREE}}, networks: [{{private: back}}], halt_timeout: 5s}}
networks: {{back: {{subnet: {OCTETS}.0/24, mtu: 1400}}}}
machines:
  web:
    aliases: [www]
    memory: 64MiB
    container: {{pids: 50, cap_drop: [SYS_TIME], cmd: [sh, -c, "echo 'it is \\"on\\"'; exec httpd -f -h /srv"]}}
    networks: [{{private: back}}, {{forwarded_port: {{guest: 80, host: 18180, auto_correct: true}}}}]
    synced_folders: [{{source: site, target: /srv, type: 9p, create: true}}]
    provision: [{{shell: "hostname > /srv/index.html"}}]
  db: {{networks: [{{private: {{network: back, address: {OCTETS}.77}}}}]}}
"""


def name_of(cells: Serai, machine: str) -> str:
    return f"{prefix(scope_of('shop', cells.root.resolve()))}{machine}"


def limit(cells: Serai, controller: str, first: str, second: str) -> str:
    """What the kernel holds the container `web` to."""
    name = name_of(cells, "web")
    where, old = groups.mounts()
    file = Path(old[controller]) / groups.OWN / name / first if controller in old else (
        Path(where) / groups.below(name) / second
    )  # fmt: skip
    return file.read_text().strip()


@pytest.mark.slow
def test_two_containers_are_made_found_by_name_limited_and_gone_without_a_trace(cells, busybox_tree):
    cells.file(SHOP.replace("TREE", str(busybox_tree)))
    cells("up")
    seen = cells.json("status")["machines"]
    assert {name: each["state"] for name, each in seen.items()} == {"web": "ready", "db": "ready"}
    assert seen["db"]["addresses"][-1] == f"{OCTETS}.77"

    assert f"{OCTETS}.77/24" in cells("exec", "db", "--", "ip -4 addr show dev eth1").stdout
    assert cells("exec", "db", "--", "cat /sys/class/net/eth1/mtu").stdout == "1400\n"
    assert cells("exec", "db", "--", "wget -q -O - http://www/index.html").stdout == "web\n"
    port = seen["web"]["forwards"][0]["host"]
    assert fetch(port) == "web\n"
    assert 'it is "on"' in cells("logs", "web").stdout
    told = cells("exec", "web", "--", "grep CapBnd /proc/self/status; grep CapBnd /proc/1/status").stdout.split()
    assert told[1] == told[3]  # who comes in has no more rights than it has
    assert int(told[1], 16) >> 25 & 1 == 0
    assert cells("exec", "web", "--", "mknod /dev/other b 259 0 && dd if=/dev/other count=1", code=None).returncode

    assert limit(cells, "memory", "memory.limit_in_bytes", "memory.max") == str(64 << 20)
    assert limit(cells, "pids", "pids.max", "pids.max") == "50"
    cells.file(SHOP.replace("TREE", str(busybox_tree)).replace("64MiB", "96MiB"))
    assert "live" in cells("plan", code=2).stdout
    cells("up")
    assert limit(cells, "memory", "memory.limit_in_bytes", "memory.max") == str(96 << 20)

    cells("suspend", "db")
    assert cells.states()["db"] == "paused"
    cells("resume", "db")
    cells("snapshot", "save", "clean", "db")
    cells("exec", "db", "--", "touch /root/later")
    cells("snapshot", "restore", "clean", "db")
    assert "later" not in cells("exec", "db", "--", "ls /root").stdout

    cells("halt")
    assert cells.states() == {"web": "stopped", "db": "stopped"}
    kept = {
        path for path in NspawnTraces(cells).left() if not path.startswith(("/var/lib/machines", "/etc/systemd"))
    }
    assert kept == set()
    cells("up", "web")
    assert fetch(port) == "web\n"


def fetch(port: int) -> str:
    with urlopen(f"http://127.0.0.1:{port}/index.html", timeout=10) as answer:
        return str(answer.read().decode())


def test_a_command_that_ends_is_named_with_its_last_words_and_a_killed_one_is_found(cells, busybox_tree):
    plain = "project: shop\nmachines:\n  web:\n    provider: nspawn\n    networks: [{uplink: none}]\n"
    cells.file(f"{plain}    container: {{rootfs: {busybox_tree}, cmd: [sh, -c, 'echo no database; exit 3']}}\n")
    said = cells("up", code=1).stderr
    assert "its command 'sh -c echo no database; exit 3' ended: no database" in said
    assert cells.states() == {"web": "failed"}

    cells.file(f"{plain}    container: {{rootfs: {busybox_tree}, cmd: [/no-such]}}\n")
    assert "its first process /no-such cannot be started" in cells("up", code=1).stderr

    cells.file(f"{plain}    user: anna\n    container: {{rootfs: {busybox_tree}, keep_alive: true}}\n")
    cells("up")
    assert cells("exec", "web", "--", "id -u; ip link").stdout.startswith("1000\n1: lo")
    os.kill(groups.supervisor(groups.home(name_of(cells, "web"))), signal.SIGKILL)
    assert cells.states()["web"] in ("failed", "ready")  # it is gone in a moment
    cells("up")
    assert cells.states() == {"web": "ready"}
