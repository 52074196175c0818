"""Cases of tests/render/nspawn, and a host of fixed values for each: what the world is beside the machine."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
import yaml

from serai.providers import bridges
from serai.providers.contract import Materials, Scope
from serai.providers.nspawn import gather, place
from serai.spec.machine import Machine
from serai.spec.network import Network, NetworkMode

CASES = Path(__file__).parent / "render" / "nspawn"
CONTROLLERS = ("cpu", "cpuset", "memory", "devices", "pids")
MATERIALS = Materials(
    networks={
        "back": Network(subnet="10.40.0.0/24", mtu=1450),
        "nat": Network(subnet="10.41.0.0/24", mode=NetworkMode.NAT),
    },
    addresses={"back": "10.40.0.10/24", "nat": "10.41.0.10/24"},
    hosts={"web": "10.40.0.10", "db": "10.40.0.11"},
)


def case_names() -> list[str]:
    return sorted(path.parent.name for path in CASES.glob("*/machine.yaml"))


def machine_of(case: str) -> Machine:
    data = yaml.safe_load((CASES / case / "machine.yaml").read_text()) or {}
    return msgspec.convert({"name": "web", "provider": "nspawn", **data}, Machine)


def fixed(patch: pytest.MonkeyPatch, root: Path, case: str = "") -> Scope:
    """A host with lxcbr0: with systemd where the case's name says so, else with control groups of version 1."""
    systemd = case.endswith("systemd")
    patch.setattr(bridges, "uplink", lambda stated="": stated or "lxcbr0")
    patch.setattr(gather, "cgroups", lambda: dict.fromkeys(CONTROLLERS, 2 if systemd or case == "v2" else 1))
    patch.setattr(gather, "by_systemd", lambda: systemd)
    patch.setattr(place, "MACHINES", "/var/lib/machines")
    (root / "app.env").write_text("# of the test\nPORT=80\n")
    return Scope(project="shop", project_id="t1", root=root, home=root)
