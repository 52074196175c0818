"""Cases of tests/render/lxc, and a Site of fixed values for each: what the world is beside the machine."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
import yaml

from serai.providers import bridges
from serai.providers.contract import Materials, Scope
from serai.providers.lxc import gather
from serai.providers.lxc.site import Site
from serai.spec.machine import Machine
from serai.spec.network import Network, NetworkMode

CASES = Path(__file__).parent / "render" / "lxc"
BASE = """\
# Template used to create this container: /usr/share/lxc/templates/lxc-busybox
lxc.include = /usr/share/lxc/config/common.conf
lxc.rootfs.path = dir:/var/lib/lxc/serai-t1-web/rootfs
lxc.signal.halt = SIGUSR1
"""
FIRST = ("cpu", "cpuset", "memory", "devices", "pids")
VERSION_2 = {"cpu": 2, "cpuset": 2, "memory": 2, "devices": 2, "pids": 2}
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
    return msgspec.convert({"name": "web", "provider": "lxc", **data}, Machine)


def fixed(patch: pytest.MonkeyPatch, root: Path, version: int = 1) -> None:
    """A host with lxcbr0, one kind of control groups, and ids for root."""
    patch.setattr(bridges, "uplink", lambda stated="": stated or "lxcbr0")
    patch.setattr(gather, "apparmor", lambda: True)
    patch.setattr(gather, "cgroups", lambda: dict.fromkeys(FIRST, 1) if version == 1 else VERSION_2)
    ids = root / "subuid"
    ids.write_text("somebody:1:2\nroot:100000:65536\n")
    real = gather.idmap
    patch.setattr(gather, "idmap", lambda machine: real(machine, ids, ids))


def site_of(machine: Machine, root: Path) -> Site:
    """As `gather` makes it, in a project directory of the test's own."""
    (root / "app.env").write_text("# of the test\nPORT=80\n")
    scope = Scope(project="shop", project_id="t1", root=root, home=root)
    return gather.site_for(scope, machine, MATERIALS, Path("/var/lib/lxc/serai-t1-web"), base=BASE)
