"""Forwarded ports."""

from __future__ import annotations

import pytest

from compose_cases import service


def forwards(machine) -> list[tuple[object, ...]]:
    found = [nic.forwarded_port for nic in machine.networks if nic.forwarded_port]
    return [(each.host, each.guest, str(each.protocol), each.host_ip, each.auto_correct) for each in found]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("8080:80", (8080, 80, "tcp", "0.0.0.0", False)),
        ("127.0.0.1:53:53/udp", (53, 53, "udp", "127.0.0.1", False)),
        ("80", (32768, 80, "tcp", "0.0.0.0", True)),
        ("8000-8010:80", (8000, 80, "tcp", "0.0.0.0", True)),
        ("[::1]:80:80", (80, 80, "tcp", "::1", False)),
    ],
)
def test_a_port_is_forwarded(shop, text: str, expected: tuple[object, ...]) -> None:
    assert forwards(shop.machine(f"ports: ['{text}']")) == [expected]


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ("x", "'x' is not a port"),
        ("80:80/sctp", "serai forwards tcp and udp, not sctp"),
        ("{published: 80}", "needs `target`"),
        ("{target: 80-81}", "is not a port"),
        ("{target: 80, publishd: 1}", "did you mean 'published'?"),
        ("[80]", "'this' is not a port"),
    ],
)
def test_what_is_no_port_is_refused(shop, entry: str, said: str) -> None:
    found = shop.errors(service(f"ports: [{entry}]" if entry[0] in "{[" else f"ports: ['{entry}']"))

    assert len(found) == 1
    assert said in found[0]


def test_one_port_of_the_host_is_forwarded_once(shop) -> None:
    text = "services:\n  a: {image: x, ports: ['80:80']}\n  b: {image: x, ports: ['80:80']}\n"

    assert "port 80/tcp of the host is forwarded to a already" in shop.errors(text)[0]


def test_what_a_swarm_would_do_is_noted(shop) -> None:
    assert shop.notes(service("ports: [{target: 80, published: 80, mode: host, app_protocol: http}]")) == [
        "ports.mode: there is no swarm, whose ports this is about",
        "ports.app_protocol: no engine looks at it",
    ]
