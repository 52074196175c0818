"""The same driver over podman's docker-compatible socket."""

from __future__ import annotations

import urllib.request

import pytest

from dockerd import PodmanService
from person import Serai

pytestmark = [pytest.mark.engine, pytest.mark.root]
SHOP = """
project: shop
networks: {back: {subnet: 10.40.90.0/24, mtu: 1400}}
machines:
  web:
    provider: podman
    image: small:1
    networks: ["18490:80", {private: back}]
    container:
      cmd: httpd -f -h /var/www
      stop_timeout: 1
      env: {GREETING: hello}
      volumes: ["data:/data"]
    provision: [{shell: "echo once >>/data/done"}]
"""


def test_a_project_runs_on_podman_and_leaves_nothing(serai: Serai, podman: PodmanService) -> None:
    serai.file(SHOP)
    serai("up")

    assert serai.states() == {"web": "ready"}
    assert urllib.request.urlopen("http://127.0.0.1:18490/", timeout=10).read() == b"hello\n"
    inside = serai("exec", "web", "--", "hostname; ip link; echo $GREETING; cat /data/done").stdout
    assert inside.startswith("web\n")
    assert "mtu 1400" in inside
    assert inside.endswith("hello\nonce\n")
    assert serai("exec", "web", "--", "exit 7", code=7).returncode == 7
    assert serai("plan").returncode == 0
    serai("halt")
    assert serai.states() == {"web": "stopped"}
    serai("destroy", "-y")
    assert podman.leftovers() == {"containers": [], "networks": [], "volumes": []}


def test_what_ends_at_once_is_said_with_the_reason(serai: Serai, podman: PodmanService) -> None:
    serai.file("""
project: shop
machines:
  web:
    provider: podman
    image: small:1
    container: {cmd: [sh, -c, "echo no config >&2; exit 3"]}
""")
    said = serai("up", code=1).stderr

    assert "its command ended with exit code 3" in said
    assert "no config" in said
