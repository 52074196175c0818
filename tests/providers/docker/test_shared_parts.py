"""Containers that have parts of others, and cards on devices of the host, on real engines."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from typing import Any

import pytest

from dockerd import Engine
from person import Serai

pytestmark = [pytest.mark.engine, pytest.mark.root, pytest.mark.timeout(150)]
EMPTY = {"containers": [], "networks": [], "volumes": []}
VOLUMES = """
project: shop
machines:
  web:
    provider: PROVIDER
    image: small:1
    container: {cmd: sleep 1000, stop_timeout: 0, volumes_from: ["db:ro"]}
  db:
    provider: PROVIDER
    image: small:1
    networks: [{uplink: {mac: "02:5e:4a:00:00:01"NAMED}}]
    container: {cmd: sleep 1000, stop_timeout: 0, volumes: ["data:/data"]}
  beside:
    provider: PROVIDER
    image: small:1
    container: {cmd: sleep 1000, stop_timeout: 0, network_mode: "machine:db"}
"""


@pytest.fixture(params=["docker", "podman"])
def engine(request: pytest.FixtureRequest) -> Engine:
    found: Engine = request.getfixturevalue("dockerd" if request.param == "docker" else "podman")
    return found


def test_volumes_and_a_network_of_another_come_with_it_whatever_the_file_s_order(
    serai: Serai, engine: Engine
) -> None:
    named = ", network_name: podman" if engine.kind == "podman" else ""
    serai.file(VOLUMES.replace("PROVIDER", engine.kind).replace("NAMED", named))
    serai("up", "web", "beside")

    serai("exec", "db", "--", "echo kept >/data/note")
    assert serai("exec", "web", "--", "cat /data/note").stdout == "kept\n"
    assert serai("exec", "web", "--", "touch /data/note", code=1).stderr
    assert "02:5e:4a:00:00:01" in serai("exec", "beside", "--", "ip link show eth0").stdout
    serai("destroy", "-y")
    assert engine.leftovers() == EMPTY


@pytest.fixture
def device() -> Iterator[str]:
    """One end of a cable whose other end has 10.215.90.1: a device that stands for the host's own."""
    ours, other = f"sv{os.getpid() % 10**6}", f"sw{os.getpid() % 10**6}"
    subprocess.run(["ip", "link", "add", ours, "type", "veth", "peer", "name", other], check=True)
    try:
        for words in (["addr", "add", "10.215.90.1/24", "dev", other], ["link", "set", other, "up"]):
            subprocess.run(["ip", *words], check=True)
        subprocess.run(["ip", "link", "set", ours, "up"], check=True)
        yield ours
    finally:
        subprocess.run(["ip", "link", "del", ours], check=False)


ON_A_DEVICE = """
project: shop
networks: {lan: {driver: DRIVER, parent: DEVICE, subnet: 10.215.90.0/24, gateway: 10.215.90.1}}
machines:
  a:
    provider: PROVIDER
    image: small:1
    networks: [{private: {network: lan, address: 10.215.90.21}}]
    container: {cmd: sleep 1000, stop_timeout: 0}
  b:
    provider: PROVIDER
    image: small:1
    networks: [{private: {network: lan, address: 10.215.90.22}}]
    container: {cmd: sleep 1000, stop_timeout: 0}
"""


def can(driver: str, device: str) -> bool:
    """Whether the kernel makes such a card."""
    name = f"sx{os.getpid() % 10**6}"
    words = ["ip", "link", "add", "link", device, "name", name, "type", driver]
    done = subprocess.run(words, capture_output=True, check=False)
    subprocess.run(["ip", "link", "del", name], capture_output=True, check=False)
    return done.returncode == 0


@pytest.mark.parametrize("driver", ["macvlan", "ipvlan"])
def test_containers_on_a_device_see_each_other_and_what_is_behind_it(
    driver: str, device: str, serai: Serai, engine: Engine
) -> None:
    if not can(driver, device):
        pytest.skip(f"only where the kernel has {driver}")
    text = ON_A_DEVICE.replace("DRIVER", driver).replace("DEVICE", device).replace("PROVIDER", engine.kind)
    serai.file(text)
    serai("up")

    reached: dict[str, Any] = {
        address: serai("exec", "a", "--", f"ping -c 1 -W 5 {address}", code=None).returncode
        for address in ("10.215.90.22", "10.215.90.1")
    }
    assert reached == {"10.215.90.22": 0, "10.215.90.1": 0}
    assert "10.215.90.21/24" in serai("exec", "a", "--", "ip -4 addr").stdout
    serai("destroy", "-y")
    assert engine.leftovers() == EMPTY


PUBLIC = """
project: shop
machines:
  web:
    provider: PROVIDER
    image: small:1
    networks: [UPLINK{public: {dev: DEVICE, mode: private, address: 10.215.90.31/24, mac: "02:5e:4a:00:00:02"}}]
    container: {cmd: sleep 1000, stop_timeout: 0}
"""


def test_a_public_card_is_in_the_host_s_network_by_its_own_address(
    device: str, serai: Serai, engine: Engine
) -> None:
    if not can("macvlan", device):
        pytest.skip("only where the kernel has macvlan")
    text = PUBLIC.replace("PROVIDER", engine.kind).replace("DEVICE", device)
    if engine.kind == "docker" and engine.client().api_version < "1.44":
        serai.file(text.replace("UPLINK", ""))
        said = serai("up", code=4).stderr
        assert "docker before 25.0 gives 02:5e:4a:00:00:02 to the first interface alone" in said
    serai.file(text.replace("UPLINK", "{uplink: none}, "))
    serai("up")

    found = serai("exec", "web", "--", "ping -c 1 -W 5 10.215.90.1 && ip addr").stdout
    assert "10.215.90.31/24" in found
    assert "02:5e:4a:00:00:02" in found
    serai("destroy", "-y")
    assert engine.leftovers() == EMPTY
