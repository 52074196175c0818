"""A card that the file gives to a running machine: it reaches the others without a reboot, on both hypervisors."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from libvirt_shop import Shop
from person import Serai

pytestmark = [pytest.mark.engine, pytest.mark.slow, pytest.mark.timeout(900)]

NETWORK = "networks: {back: {subnet: %s}}"
BEFORE = "machines: {db: {networks: [{private: back}]}, web: {}}"
AFTER = "machines: {db: {networks: [{private: back}]}, web: {networks: [{private: back}]}}"
DEFAULTS = "defaults: {image: tiny, memory: 192M, ready: {within: 8m}}"
WORLD = "ip route | grep '^default' | sort -t' ' -k7 -n | head -n 1"
"""The way that packets to the world take: the one of the smallest metric."""


def address(serai: Serai, name: str, prefix: str) -> str:
    """What `status` says that it has on the network."""
    found: list[str] = serai.json("status")["machines"][name]["addresses"]
    return next(each for each in found if each.startswith(prefix))


def plugged(serai: Serai, prefix: str) -> None:
    """What holds after the file gave `web` a card."""

    def inside(name: str, script: str) -> str:
        return str(serai("ssh", name, "-c", script, timeout=300).stdout).strip()

    booted = inside("web", "cat /proc/sys/kernel/random/boot_id")
    mine, other = address(serai, "web", prefix), address(serai, "db", prefix)
    wait = "for i in $(seq 120); do ip -4 addr show eth1 | grep inet && exit; sleep 0.5; done; exit 1"
    assert f"inet {mine}/" in inside("web", wait)
    assert "1 packets received" in inside("web", f"ping -c 1 -W 20 {other}")
    assert "1 packets received" in inside("db", f"ping -c 1 -W 20 {mine}")
    assert "dev eth0" in inside("web", WORLD)
    assert inside("web", "cat /proc/sys/kernel/random/boot_id") == booted


@pytest.mark.root
def test_on_libvirt(libvirt_shop: Shop) -> None:
    shop = libvirt_shop
    network = NETWORK % "10.87.41.0/24"
    shop.file(f"{network}\n{BEFORE}")
    shop("up")
    shop.file(f"{network}\n{AFTER}")
    assert "restart" not in shop("plan", code=2).stdout
    shop("up")
    plugged(shop.serai, "10.87.41.")

    # what was plugged goes again, and comes again with the address that it had
    shop.file(f"{network}\n{BEFORE}")
    shop("up")
    assert "eth1" not in shop.inside("web", "ip link; ps | grep '[u]dhcpc.*eth1' || true")
    shop.file(f"{network}\n{AFTER}")
    shop("up")
    plugged(shop.serai, "10.87.41.")


def test_on_qemu(serai: Serai, need: Callable[..., None], home_with_images: Path) -> None:
    need("qemu-system-x86_64", "qemu-img", "ssh")
    head = f"project: plug\n{DEFAULTS}\n{NETWORK % '10.87.42.0/24'}"
    try:
        serai.file(f"{head}\n{BEFORE}")
        serai("up", timeout=600)
        serai.file(f"{head}\n{AFTER}")
        assert "restart" not in serai("plan", code=2).stdout
        serai("up", timeout=600)
        plugged(serai, "10.87.42.")
        assert "nothing to do" in serai("plan").stdout

        serai("reload", "web", timeout=600)
        plugged(serai, "10.87.42.")
    finally:
        serai("destroy", "-y", code=None, timeout=120)
