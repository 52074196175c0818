"""Addresses that DHCP servers of this host gave to containers on lxcbr0 and virbr0."""

from __future__ import annotations

LEASES = ("/var/lib/misc/dnsmasq.lxcbr0.leases", "/var/lib/lxc/dnsmasq.lxcbr0.leases")
"""Of lxc-net's dnsmasq: expiry, MAC, address, name. Source: lxc-net; dnsmasq(8), --dhcp-leasefile."""
LIBVIRT_LEASES = "/var/lib/libvirt/dnsmasq/virbr0.status"
"""Of libvirt's: a list of objects. Source: libvirt, src/network/leaseshelper.c."""


def by_mac() -> dict[str, str]:
    """MAC -> address that a DHCP server of this host gave, as far as its file can be read."""
    found: dict[str, str] = {}
    for path in LEASES:
        for line in _text(path).splitlines():
            parts = line.split()
            if len(parts) >= 4:
                found[parts[1].lower()] = parts[2]
    if text := _text(LIBVIRT_LEASES):
        import msgspec

        try:
            entries = msgspec.json.decode(text, type=list[dict[str, object]])
        except msgspec.DecodeError:
            entries = []  # it is being written
        found |= {
            str(each["mac-address"]).lower(): str(each["ip-address"]) for each in entries if "mac-address" in each
        }
    return found


def _text(path: str) -> str:
    try:
        with open(path) as file:  # noqa: PTH123 - the path of `status`
            return file.read()
    except OSError:
        return ""
