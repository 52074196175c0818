"""Which names a machine is told of: worked out once for an allocation, however many machines ask."""

from __future__ import annotations

from collections.abc import Mapping

from serai.plan.addresses import Allocation, hosts_files
from serai.spec.machine import Machine


class Peers:
    """Name -> address of those on the same networks. What it answers is shared: read it only."""

    def __init__(self, machines: Mapping[str, Machine], allocation: Allocation) -> None:
        self._machines = machines
        self._allocation = allocation
        self._hosts = hosts_files(allocation)
        self._words: dict[str, set[str]] = {}
        self._foreign: dict[tuple[str, int], dict[str, str]] = {}

    def hosts(self, machine: str) -> dict[str, str]:
        """Of every machine that shares a network with it, itself included."""
        return self._hosts.get(machine, {})

    def foreign(self, machine: Machine) -> dict[str, str]:
        """Those of machines of other providers."""
        known = self.hosts(machine.name)
        if not known:
            return {}
        key = (machine.provider, id(known))  # machines on the same networks have the same ones
        if key not in self._foreign:
            words = self._of_others(machine.provider)
            self._foreign[key] = {word: address for word, address in known.items() if word in words}
        return self._foreign[key]

    def _of_others(self, provider: str) -> set[str]:
        if provider not in self._words:
            names = [name for name, each in self._machines.items() if each.provider != provider]
            self._words[provider] = {
                word for name in names for word in (name, *self._allocation.names.get(name, ()))
            }
        return self._words[provider]
