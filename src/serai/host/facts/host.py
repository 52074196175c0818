"""All facts of one host, a family at a time: each is read when a check asks for it, and once."""

from __future__ import annotations

from functools import cached_property

from serai.host.facts.accounts import Accounts
from serai.host.facts.boot import Boot
from serai.host.facts.cpu import Cpu
from serai.host.facts.domains import Domains
from serai.host.facts.engines import Engines
from serai.host.facts.kernel_config import KernelConfig
from serai.host.facts.memory import Memory
from serai.host.facts.modules import Modules
from serai.host.facts.network import Network
from serai.host.facts.pci import Pci
from serai.host.facts.services import Services
from serai.host.facts.source import Reading, Source
from serai.host.facts.storage import Storage
from serai.host.facts.tuned import Tuned
from serai.host.wants import Wants


class Facts:
    """What checks are functions of."""

    def __init__(self, source: Source, wants: Wants | None = None, outer: Facts | None = None) -> None:
        """`outer`: of the host that this one is a guest of, where both are looked at."""
        self.source = source
        self.outer = outer
        self.wants = wants or Wants()
        self.accounts = Accounts(source)
        self.boot = Boot(source)
        self.cpu = Cpu(source)
        self.domains = Domains(source)
        self.engines = Engines(source)
        self.memory = Memory(source)
        self.modules = Modules(source)
        self.network = Network(source)
        self.pci = Pci(source)
        self.services = Services(source)
        self.storage = Storage(source)
        self.tuned = Tuned(source)

    def read(self, path: str) -> Reading:
        return self.source.read(path)

    def sysctl(self, name: str) -> Reading:
        return self.network.sysctl(name)

    @cached_property
    def kernel_config(self) -> KernelConfig:
        return KernelConfig(self.source, self.modules.release)

    @cached_property
    def kvm_module(self) -> str:
        """`kvm_intel`, `kvm_amd`, or empty: whose parameters count."""
        return next((name for name in ("kvm_intel", "kvm_amd") if self.modules.loaded(name)), "")

    @cached_property
    def kernel_log(self) -> Reading:
        """What the kernel has said since boot; whether its beginning is still there: `complete`."""
        return self.source.run("dmesg")

    @property
    def log_is_complete(self) -> bool:
        return "Linux version" in self.kernel_log.text

    @cached_property
    def system(self) -> dict[str, str]:
        """Keys of os-release: ID, VERSION_ID, ID_LIKE."""
        reading = self.read("/etc/os-release")
        reading = reading if reading.there else self.read("/usr/lib/os-release")
        pairs = [line.partition("=") for line in reading.lines if "=" in line]
        return {key: value.strip("\"'") for key, _, value in pairs}

    @cached_property
    def kernel(self) -> tuple[int, int]:
        """Of the kernel's release: (6, 12); (0, 0) is unknown."""
        parts = self.modules.release.split(".")
        return (int(parts[0]), int("".join(filter(str.isdigit, parts[1])))) if len(parts) > 1 else (0, 0)
