"""A stand-in for a kernel's PCI core: a tree of sysfs whose files act when they are written to.

Source of what it does: Linux, drivers/pci/pci-driver.c, drivers/vfio/vfio_main.c; seen on a running kernel.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Sequence
from pathlib import Path

from serai.host.reach.local import Local
from serai.util.process import Result

DEVICES = "/sys/bus/pci/devices"
DRIVERS = "/sys/bus/pci/drivers"


class Killed(Exception):
    """Stands for SIGKILL: nothing catches it."""


class FakePci(Local):
    """`modules`: driver -> ids that it takes; loaded by modprobe. `users`: what `device-users` answers.

    `left`: writes until it is killed; -1 is never.
    """

    def __init__(self, root: Path, modules: dict[str, list[str]], loaded: Sequence[str] = ()) -> None:
        super().__init__(root, run=self._program, ask=lambda question, about: self.users)
        self.modules = {"vfio-pci": [], **modules}
        self.users = ""
        self.left = -1
        self.ran: list[str] = []
        for name in loaded or modules:
            self._load(name)
        for path in ("proc/sys/kernel/random", "run", "etc", "var/lib", "dev/vfio", "sys/module", "usr/bin"):
            (root / path).mkdir(parents=True, exist_ok=True)

    def device(self, address: str, ids: str, kind: str, *, group: str = "", driver: str = "") -> None:
        place = self.root / DEVICES.lstrip("/") / address
        place.mkdir(parents=True)
        vendor, product = ids.split(":")
        for name, text in (("vendor", f"0x{vendor}"), ("device", f"0x{product}"), ("class", f"0x{kind}00")):
            (place / name).write_text(f"{text}\n")
        (place / "driver_override").write_text("(null)\n")
        (place / "modalias").write_text(f"pci:{ids}\n")
        (self.root / "sys/bus/pci/drivers_probe").touch()
        if group:
            members = self.root / "sys/kernel/iommu_groups" / group / "devices"
            members.mkdir(parents=True, exist_ok=True)
            (members / address).symlink_to(f"../../../../bus/pci/devices/{address}")
            (place / "iommu_group").symlink_to(f"../../../../kernel/iommu_groups/{group}")
        if driver:
            self._bind(address, driver)

    def driver(self, address: str) -> str:
        return self.target(f"{DEVICES}/{address}/driver").rpartition("/")[2]

    def override(self, address: str) -> str:
        return (self.read(f"{DEVICES}/{address}/driver_override") or b"").decode().strip()

    def put(self, path: str, text: str) -> None:
        self._count()
        if not self.has(path):
            raise OSError(errno.ENOENT, "No such file or directory", path)
        name = path.rpartition("/")[2]
        if name == "driver_override":
            super().put(path, text)
            Path(f"{self.root}{path}").write_text(f"{text or '(null)'}\n")
        elif name == "unbind":
            self._unbind(text)
        elif name == "drivers_probe":
            self._probe(text)
        elif name == "sriov_numvfs":
            self._functions(path, int(text))
        else:
            super().put(path, text)

    def write(self, path: str, data: bytes, *, mode: int = 0o644, uid: int = 0, gid: int = 0) -> None:
        self._count()
        super().write(path, data, mode=mode, uid=uid, gid=gid)

    def remove(self, path: str) -> None:
        self._count()
        super().remove(path)

    def _count(self) -> None:
        if self.left == 0:
            raise Killed
        self.left -= 1

    def _program(self, argv: Sequence[str]) -> Result:
        self.ran.append(" ".join(argv))
        if argv[0] == "modprobe":
            for word in argv[1:]:
                takes = word.removeprefix("pci:")
                for name, ids in self.modules.items():
                    if word == name or takes in ids:
                        self._load(name)
        return Result(argv, 0, "", "")

    def _load(self, name: str) -> None:
        place = self.root / DRIVERS.lstrip("/") / name
        place.mkdir(parents=True, exist_ok=True)
        for each in ("bind", "unbind"):
            (place / each).touch()
        (self.root / "sys/module" / name.replace("-", "_")).mkdir(parents=True, exist_ok=True)

    def _bind(self, address: str, driver: str) -> None:
        self._load(driver)
        (self.root / DEVICES.lstrip("/") / address / "driver").symlink_to(f"../../../../bus/pci/drivers/{driver}")
        self._nodes()

    def _unbind(self, address: str) -> None:
        (self.root / DEVICES.lstrip("/") / address / "driver").unlink()
        self._nodes()

    def _probe(self, address: str) -> None:
        if self.driver(address):
            return
        place = f"{DEVICES}/{address}"
        ids = ":".join((self.read(f"{place}/{each}") or b"").decode().strip()[2:] for each in ("vendor", "device"))
        override = self.override(address)
        for name, takes in self.modules.items():
            if not self.has(f"{DRIVERS}/{name}"):
                continue
            if override == name or (override == "(null)" and ids in takes):
                if name == "vfio-pci" and not self.has(f"{place}/iommu_group"):
                    raise OSError(errno.EINVAL, os.strerror(errno.EINVAL), f"{place}/drivers_probe")
                self._bind(address, name)
                return

    def _functions(self, path: str, count: int) -> None:
        now = int((self.read(path) or b"0").decode())
        if now and count:
            raise OSError(errno.EBUSY, os.strerror(errno.EBUSY), path)
        Path(f"{self.root}{path}").write_text(f"{count}\n")

    def _nodes(self) -> None:
        """/dev/vfio/N is there while a device of the group is with vfio-pci."""
        for group in self.names("/sys/kernel/iommu_groups") or ():
            members = self.names(f"/sys/kernel/iommu_groups/{group}/devices") or ()
            node = self.root / "dev/vfio" / group
            node.parent.mkdir(parents=True, exist_ok=True)
            if any(self.driver(each) == "vfio-pci" for each in members):
                node.touch()
            else:
                node.unlink(missing_ok=True)
