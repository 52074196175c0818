"""A kind of device that the kernel has not is refused before anything is made."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from dockerd import Dockerd
from person import Serai
from serai.providers.docker import kernel
from serai.spec.network import Network, NetworkDriver
from serai.util.process import Result, run

IPVLAN = Network(driver=NetworkDriver.IPVLAN, parent="eth0")


@pytest.fixture
def without(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """A kernel that lacks these kinds, in iproute2's words."""

    def lacking(*kinds: str) -> None:
        def answer(argv: list[str], **_: object) -> Result:
            known = argv[-1] not in kinds
            said = "RTNETLINK answers: Invalid argument" if known else "Error: Unknown device type."
            return Result(tuple(argv), 2, "", said)

        monkeypatch.setattr(kernel, "run", answer)

    return lacking


def test_what_the_kernel_has_not_is_refused_with_what_it_has(without: Callable[..., None]) -> None:
    without("ipvlan")

    (error,) = kernel.refusals("lan", IPVLAN)
    assert error.message.startswith("networks.lan.driver: the kernel of this host has no ipvlan (CONFIG_IPVLAN;")
    assert error.hint == "driver: macvlan, or another kernel"


def test_a_kernel_without_both_leaves_a_bridge(without: Callable[..., None]) -> None:
    without("ipvlan", "macvlan")

    (error,) = kernel.refusals("lan", IPVLAN)
    assert error.hint.startswith("driver: bridge")


@pytest.mark.parametrize(
    "network", [Network(), Network(driver=NetworkDriver.BRIDGE), Network(external="corp"), IPVLAN]
)
def test_nobody_else_is_hindered(without: Callable[..., None], network: Network) -> None:
    without()

    assert kernel.refusals("lan", network) == []


@pytest.mark.engine
@pytest.mark.root
def test_this_kernel_is_asked_for_real(serai: Serai, dockerd: Dockerd) -> None:
    """Where it has ipvlan the network is made, where it has not nothing is."""
    run(["ip", "link", "add", "name", "serai-ipv", "type", "veth", "peer", "name", "serai-ipw"])
    try:
        run(["ip", "link", "set", "dev", "serai-ipv", "up"])
        serai.file(
            "project: shop\nnetworks: {lan: {driver: ipvlan, parent: serai-ipv, subnet: 10.40.96.0/24}}\n"
            "machines:\n  web:\n    provider: docker\n    image: small:1\n    networks: [{private: lan}]\n"
            "    container: {cmd: sleep 1000, stop_timeout: 0}\n"
        )
        missing = kernel.lacks("ipvlan")
        said = serai("up", code=4 if missing else 0).stderr

        assert ("the kernel of this host has no ipvlan" in said) is missing
        assert bool(dockerd.leftovers()["containers"]) is not missing
        assert kernel.lacks("no-such-kind")
        serai("destroy", "-y")
    finally:
        run(["ip", "link", "delete", "dev", "serai-ipv"], check=False)
    assert "serai-probe" not in run(["ip", "link"]).stdout
