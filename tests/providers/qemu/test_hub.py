"""Names of a private network's sockets; the living hub is in test_lifecycle."""

from __future__ import annotations

from serai.providers.qemu.hub import port_name, port_socket


def test_sockets_fit_into_unix_names_and_differ() -> None:
    assert port_name("web", 1) != port_name("web", 2)
    assert len(port_socket("n" * 63, "w" * 63, 9)) < 107
