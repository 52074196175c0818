"""Changes of a container that runs: its files, its networks, its limits, and what is written down of them."""

from __future__ import annotations

import pytest

from dockerd import Dockerd
from person import Serai

pytestmark = [pytest.mark.engine, pytest.mark.root]
SHOP = """
project: shop
networks: {{back: {{subnet: 10.40.89.0/24}}}}
machines:
  web:
    provider: docker
    image: small:1
    networks: {networks}
    container: {{cmd: sleep 1000, stop_timeout: 0, files: [{{target: /etc/a, content: {content}}}]}}
"""


def test_files_and_networks_are_changed_while_it_runs(serai: Serai, dockerd: Dockerd) -> None:
    serai.file(SHOP.format(networks="[]", content="one"))
    serai("up")
    before = dockerd.client().containers()[0]["Id"]

    serai.file(SHOP.format(networks="[{private: back}]", content="two"))
    serai("up")

    assert dockerd.client().containers()[0]["Id"] == before
    inside = serai("exec", "web", "--", "cat /etc/a; echo; ip addr").stdout
    assert inside.startswith("two\n")
    assert "10.40.89.10" in inside
    assert serai("plan").returncode == 0

    serai.file(SHOP.format(networks="[]", content="two"))
    serai("up")
    assert "10.40.89" not in serai("exec", "web", "--", "ip addr").stdout
    assert dockerd.leftovers()["networks"] == []
