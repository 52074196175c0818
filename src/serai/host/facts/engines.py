"""Container engines and libvirt: their files, as the daemons read them."""

from __future__ import annotations

import re
from functools import cached_property
from typing import Any

import msgspec

from serai.host.facts.source import Reading, Source, Unknown

DAEMON = "/etc/docker/daemon.json"
SYSCONFIG = "/etc/sysconfig/docker"
PODMAN_NETWORK = "/etc/containers/networks/podman.json"
"""podman's default network, where it is not the built-in one. Source: podman-network(1)."""
CNI = "/etc/cni/net.d"
"""Networks of podman where they are CNI's."""
QEMU_CONF = "/etc/libvirt/qemu.conf"


class Engines:
    def __init__(self, source: Source) -> None:
        self._source = source

    @cached_property
    def docker(self) -> dict[str, Any]:
        """daemon.json; empty: there is none. Raises Unknown for one that is no JSON object."""
        return self._json(DAEMON)

    def _json(self, path: str) -> dict[str, Any]:
        """A file that holds an object; empty: it is not there."""
        reading = self._source.read(path)
        if not reading.text:
            return {}
        try:
            return msgspec.json.decode(reading.text, type=dict[str, Any])
        except (msgspec.DecodeError, msgspec.ValidationError) as error:
            raise Unknown(f"it is no JSON object: {error}", path) from error

    @property
    def podman_mtu(self) -> int:
        """Bytes of packets on podman's default network; 0: not stated."""
        for name in self._source.names(CNI):
            text = self._source.read(f"{CNI}/{name}").text if "podman" in name else ""
            if found := re.search(r'"mtu"\s*:\s*(\d+)', text):
                return int(found[1])
        options = self._json(PODMAN_NETWORK).get("options")
        value = str(options.get("mtu", "")) if isinstance(options, dict) else ""
        return int(value) if value.isdigit() else 0

    def setting(self, path: str, key: str) -> Reading:
        """`key = "value"` or `key=value` of a configuration file, as the last line that is no comment has it."""
        reading = self._source.read(path)
        found = re.findall(rf"^[ \t]*{key}[ \t]*=[ \t]*[\"']?([^\"'\n]*)", reading.text, re.MULTILINE)
        return Reading(path, found[-1].strip()) if found else Reading(path, there=False)

    @cached_property
    def lxc_files(self) -> list[Reading]:
        """The configurations of LXC: the default, and one for each container."""
        places = [f"/var/lib/lxc/{name}/config" for name in self._source.names("/var/lib/lxc")]
        readings = [self._source.read(path) for path in ("/etc/lxc/default.conf", *places)]
        return [reading for reading in readings if reading.there]

    @cached_property
    def domains(self) -> list[Reading]:
        """The domains that libvirt keeps, as XML."""
        place = "/etc/libvirt/qemu"
        names = [name for name in self._source.names(place) if name.endswith(".xml")]
        return [self._source.read(f"{place}/{name}") for name in names]
