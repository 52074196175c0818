"""Processors: what /proc/cpuinfo says of the first one, and what the kernel says of their weaknesses."""

from __future__ import annotations

from functools import cached_property

from serai.host.facts.source import Reading, Source, Unknown

INFO = "/proc/cpuinfo"
WEAKNESSES = "/sys/devices/system/cpu/vulnerabilities"
LEVELS = (
    ("x86-64-v2", frozenset(["cx16", "lahf_lm", "popcnt", "sse4_1", "sse4_2", "ssse3"])),
    ("x86-64-v3", frozenset(["avx", "avx2", "bmi1", "bmi2", "f16c", "fma", "abm", "movbe", "xsave"])),
    ("x86-64-v4", frozenset(["avx512f", "avx512bw", "avx512cd", "avx512dq", "avx512vl"])),
)
"""What each level adds, in the kernel's words. Source: x86-64 psABI, micro-architecture levels."""


class Cpu:
    """The first processor stands for all; hosts with two kinds of them are told by their NUMA nodes."""

    def __init__(self, source: Source) -> None:
        self._source = source

    @cached_property
    def info(self) -> dict[str, str]:
        """Keys of /proc/cpuinfo. Raises Unknown when there is none."""
        reading = self._source.read(INFO)
        if not reading.there:
            raise Unknown("there is none", INFO)
        first = reading.text.split("\n\n")[0]
        return {
            key.strip(): value.strip() for key, _, value in (line.partition(":") for line in first.splitlines())
        }

    @cached_property
    def flags(self) -> frozenset[str]:
        return frozenset(self.info.get("flags", self.info.get("Features", "")).split())

    @property
    def vendor(self) -> str:
        """`intel`, `amd`, or empty."""
        names = {"GenuineIntel": "intel", "AuthenticAMD": "amd", "HygonGenuine": "amd"}
        return names.get(self.info.get("vendor_id", ""), "")

    @property
    def virtual(self) -> bool:
        """This host is itself a guest."""
        return "hypervisor" in self.flags

    @property
    def x86(self) -> bool:
        return "vendor_id" in self.info

    @property
    def level(self) -> str:
        """`x86-64-v1` to `-v4`."""
        found = "x86-64-v1"
        for name, flags in LEVELS:
            if not flags <= self.flags:
                return found
            found = name
        return found

    def weaknesses(self) -> list[Reading]:
        """One reading for each; empty: the kernel does not say."""
        return [self._source.read(f"{WEAKNESSES}/{name}") for name in self._source.names(WEAKNESSES)]
