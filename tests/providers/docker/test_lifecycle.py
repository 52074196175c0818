"""Containers on a real dockerd, by the command line: made, entered, reached, changed, and gone without a trace."""

from __future__ import annotations

import os
import signal
import subprocess
import urllib.request
from pathlib import Path

import pytest

from dockerd import Dockerd
from person import Serai
from serai.run.wait import poll

pytestmark = [pytest.mark.engine, pytest.mark.root]
SHOP = """
project: shop
networks:
  back: {subnet: 10.40.87.0/24, mtu: 1400}
machines:
  web:
    provider: docker
    image: small:1
    networks: [{forwarded_port: {host: 18480, guest: 80, auto_correct: true}}, {private: back}]
    after: db
    container:
      cmd: httpd -f -h /var/www
      stop_timeout: 1
      env: {GREETING: hello}
      files: [{target: /etc/shop.conf, content: "colour=red", mode: "0400", uid: 1000}]
      volumes: ["data:/data"]
    provision: [{shell: "echo once >>/data/done"}]
  db:
    provider: docker
    image: small:1
    networks: [{private: back}]
    container:
      cmd: [sh, -c, "sleep 0.3; touch /tmp/up; exec sleep 1000"]
      stop_timeout: 1
      health: {test: test -e /tmp/up, interval: 200ms, retries: 50}
"""


@pytest.fixture
def shop(serai: Serai, dockerd: Dockerd) -> Serai:
    serai.file(SHOP.replace("200ms", "0.2"))
    return serai


def traces(dockerd: Dockerd, containers: list[str]) -> dict[str, list[str]]:
    """What these containers of a daemon, by their ids, have left on the host."""
    mounts = [line.split()[1] for line in Path("/proc/mounts").read_text().splitlines()]
    links = subprocess.run(["ip", "-o", "addr"], check=True, capture_output=True, text=True).stdout.splitlines()
    veths = subprocess.run(["ip", "-o", "link"], check=True, capture_output=True, text=True).stdout.splitlines()
    groups = {path.name for path in Path("/sys/fs/cgroup").glob("**/docker/*")}
    return {
        **dockerd.leftovers(),
        "mounts": [each for each in mounts if each.startswith(f"{dockerd.directory}/data/overlay2/")],
        "veths": [line for line in veths if f"master {dockerd.bridge}" in line],
        "bridges": [line for line in links if f" {BACK}.1/" in line],
        "cgroups": sorted(groups & set(containers)),
    }


BACK = "10.40.87"
KINDS = ("containers", "networks", "volumes", "mounts", "veths", "bridges", "cgroups")
NOTHING: dict[str, list[str]] = {kind: [] for kind in KINDS}


def test_a_project_is_made_entered_and_leaves_nothing(shop: Serai, dockerd: Dockerd, tmp_path: Path) -> None:
    shop("up")

    assert shop.states() == {"web": "ready", "db": "ready"}
    port = shop("port", "web", "--guest", "80").stdout.strip()
    assert urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=10).read() == b"hello\n"
    inside = shop("exec", "web", "--", "hostname; ip link; cat /etc/shop.conf; echo $GREETING; nslookup db").stdout
    assert inside.startswith("web\n")
    assert "mtu 1400" in inside
    assert "colour=red" in inside
    assert "hello" in inside
    assert BACK in inside  # the name of the other machine resolves
    assert shop("exec", "web", "--", "stat -c '%a %u' /etc/shop.conf; exit 7", code=7).stdout == "400 1000\n"
    assert shop("plan").returncode == 0

    (tmp_path / "page").write_text("a page\n")
    shop("cp", str(tmp_path / "page"), "web:/var/www/page")
    assert urllib.request.urlopen(f"http://127.0.0.1:{port}/page", timeout=10).read() == b"a page\n"

    shop("halt")
    assert shop.states() == {"web": "stopped", "db": "stopped"}
    shop("up")
    assert shop("exec", "web", "--", "cat /data/done").stdout == "once\n"
    made = [each["Id"] for each in dockerd.client().containers(all=True)]
    assert len(made) == 2
    shop("destroy", "-y")
    assert traces(dockerd, made) == NOTHING


def test_what_can_be_changed_while_it_runs_is(shop: Serai, dockerd: Dockerd) -> None:
    shop("up", "db")
    before = dockerd.client().containers()[0]["Id"]
    shop.file(shop_with("health:", "pids: 50\n      memory: 64MiB\n      restart: unless-stopped\n      health:"))

    assert "live" in shop("plan", "db", code=2).stdout
    shop("up", "db")

    host = dockerd.client().inspect_container(before)["HostConfig"]
    assert (host["PidsLimit"], host["Memory"], host["RestartPolicy"]["Name"]) == (50, 64 << 20, "unless-stopped")
    assert shop("plan", "db").returncode == 0


def shop_with(old: str, new: str) -> str:
    return SHOP.replace("200ms", "0.2").replace(old, new)


def test_what_cannot_be_changed_is_made_anew_and_its_volume_stays(shop: Serai, dockerd: Dockerd) -> None:
    shop("up")
    shop("exec", "web", "--", "echo kept >/data/kept; echo lost >/tmp/lost")
    shop.file(shop_with("GREETING: hello", "GREETING: bye"))

    assert "recreate" in shop("plan", code=2).stdout
    shop("up", "-y")

    assert shop("exec", "web", "--", "cat /data/kept; echo $GREETING; ls /tmp").stdout == "kept\nbye\n"


def test_it_pauses_and_goes_on(shop: Serai) -> None:
    shop("up", "db")
    shop("suspend", "db")
    assert shop.states()["db"] == "paused"
    shop("resume", "db")
    assert shop.states()["db"] == "ready"


def test_a_taken_port_is_said_with_who_has_it_or_corrected(serai: Serai, dockerd: Dockerd) -> None:
    text = """
project: shop
machines:
  a: &web
    provider: docker
    image: small:1
    networks: ["18481:80"]
    container: {cmd: httpd -f -h /var/www}
"""
    serai.file(text)
    serai("up")
    second = "  b:\n    <<: *web\n    networks: [{forwarded_port: {host: 18481, guest: 80, auto_correct: true}}]\n"
    serai.file(text + second)
    serai("up")
    assert serai("port", "b", "--guest", "80").stdout == "18482\n"


def test_the_daemon_may_stop_and_start_in_between(shop: Serai, dockerd: Dockerd) -> None:
    shop("up")
    dockerd.stop()
    said = shop("status", code=1).stderr
    assert "it does not run" in said
    assert "dockerd" in said

    dockerd.start()
    shop("up")

    assert shop.states() == {"web": "ready", "db": "ready"}


def test_a_restart_policy_brings_it_back(serai: Serai, dockerd: Dockerd) -> None:
    serai.file("""
project: shop
machines:
  web:
    provider: docker
    image: small:1
    container: {cmd: sleep 1000, restart: always}
""")
    serai("up")
    first = dockerd.client().inspect_container(dockerd.client().containers()[0]["Id"])
    os.kill(first["State"]["Pid"], signal.SIGKILL)

    def again() -> bool | None:
        seen = dockerd.client().inspect_container(first["Id"])
        return (seen["State"]["Running"] and seen["RestartCount"] == 1) or None

    assert poll(again, budget=30)
    # The engine's list follows its containers a moment later.
    assert poll(lambda: serai.states() == {"web": "ready"} or None, budget=30)
