"""Changes of a container that runs: its files, its networks, its limits, and what is written down of them."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from dockerd import Dockerd
from person import Serai
from serai.providers.contract import Effect, Materials, Verdict
from serai.providers.docker import live, network_changes, state
from serai.spec.machine import Machine
from serai.spec.network import Network

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


@pytest.mark.engine
@pytest.mark.root
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


def test_a_network_whose_name_has_dots_is_made_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[str] = []
    monkeypatch.setattr(network_changes, "replace", lambda place, name, network: made.append(name))
    monkeypatch.setattr(live, "_networks", lambda *_: None)
    monkeypatch.setattr(state, "change", lambda *_: None)
    place = SimpleNamespace(find=lambda name: {"Id": "1"}, scope=None, provider="docker")
    keys = ["networks.back.end.mtu", "networks.front.options.com.docker.network.bridge.name", "networks.private"]
    materials = Materials(networks={"back.end": Network(), "front": Network()})

    changed = dict.fromkeys(keys, Verdict(Effect.LIVE))
    live.apply(place, Machine(name="web"), changed, lambda _: None, materials)  # type: ignore[arg-type]

    assert made == ["back.end", "front"]
