"""Names that stay the same."""

from __future__ import annotations

from serai.providers.identity import mac_address, machine_uuid


def test_names_are_stable_and_differ_between_machines() -> None:
    assert mac_address("p", "web", 0) == mac_address("p", "web", 0) != mac_address("p", "web", 1)
    assert mac_address("p", "web", 0).startswith("52:54:00:")
    assert machine_uuid("p", "a") != machine_uuid("p", "b")
