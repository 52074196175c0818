"""Addresses are read from the files of both servers; one that is just being written counts as empty."""

from __future__ import annotations

import msgspec

from serai.providers import leases


def test_addresses_are_found_by_the_cards_that_have_them(tmp_path, monkeypatch):
    lxc, libvirt = tmp_path / "lxc", tmp_path / "libvirt"
    monkeypatch.setattr(leases, "LEASES", (str(lxc), str(tmp_path / "none")))
    monkeypatch.setattr(leases, "LIBVIRT_LEASES", str(libvirt))
    assert leases.by_mac() == {}

    lxc.write_text("1790000000 52:54:00:00:00:0A 10.0.3.7 web *\n\n")
    libvirt.write_bytes(msgspec.json.encode([{"ip-address": "192.168.122.9", "mac-address": "52:54:00:00:00:02"}]))
    assert leases.by_mac() == {"52:54:00:00:00:0a": "10.0.3.7", "52:54:00:00:00:02": "192.168.122.9"}

    libvirt.write_text("[")
    assert leases.by_mac() == {"52:54:00:00:00:0a": "10.0.3.7"}
