"""The ends of a wire come to one network, and those of two wires to two."""

from __future__ import annotations

import pytest

from serai.loaders.vagrantfile.mapping.wires import wire


def tunnel(kind: str, **more: object) -> dict[str, object]:
    return {"tunnel_type": kind, **{f"tunnel_{key}": value for key, value in more.items()}}


@pytest.mark.parametrize(
    ("ends", "name"),
    [
        ([tunnel("server", port=8001), tunnel("client", port="8001", ip="127.0.0.1")], "wire-8001"),
        (
            [
                tunnel("udp", port=9049, local_port=8049),
                tunnel("udp", port="8049", local_port="9049", ip="127.0.0.1", local_ip="127.0.0.1"),
            ],
            "wire-8049-9049",
        ),
        (
            [
                tunnel("udp", ip="10.0.0.2", port=5, local_ip="10.0.0.1", local_port=5),
                tunnel("udp", ip="10.0.0.1", port=5, local_ip="10.0.0.2", local_port=5),
            ],
            "wire-10.0.0.1-5-10.0.0.2-5",
        ),
        ([tunnel("mcast", port=7), tunnel("mcast", port=7, ip="239.255.1.1")], "wire-mcast-7"),
        ([tunnel("mcast", port=7, ip="239.1.2.3")], "wire-mcast-239.1.2.3-7"),
    ],
)
def test_all_ends_of_a_wire_come_to_one_network(ends: list[dict[str, object]], name: str) -> None:
    assert {wire(end) for end in ends} == {name}


@pytest.mark.parametrize(
    "options",
    [{}, tunnel("server"), tunnel("udp", port=5), tunnel("else", port=5, local_port=6), {"tunnel_port": 5}],
)
def test_what_states_no_whole_tunnel_is_no_wire(options: dict[str, object]) -> None:
    assert wire(options) == ""
