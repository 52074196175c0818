"""A lab host as other checkers see it, and as serai sees it: benchmarks/peers.py, run in the host."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from lab.image import ROOT, app_disk
from lab.machine import Host
from lab.made import ready
from lab.topologies import INTEL_UNSAFE, NIC, SPLIT

NAME = "A host of the emulated lab"
DEVICES = (*SPLIT, *INTEL_UNSAFE, *NIC)
TUNED = """
systemctl start tuned && tuned-adm profile virtual-host
for i in $(seq 60); do [ "$(sysctl -n vm.swappiness)" = 10 ] && break; sleep 1; done
sysctl -q -w vm.swappiness=60
"""
"""tuned with its profile for such hosts, and one of its values that somebody changed."""
PLACE = "/run/peers"


def compared(host: Host, rounds: int) -> bytes:
    """`peers.Machine`, as JSON."""
    host.run(f"mkdir -p {PLACE}")
    for name in ("peers.py", "peers.toml"):
        host.run(f"cat >{PLACE}/{name}", input=(ROOT / "benchmarks" / name).read_text())
    host.run(TUNED)
    path = "PYTHONPATH=/opt/serai/src:/opt/serai/lib"
    host.run(f"{path} python3 {PLACE}/peers.py --alone '{NAME}' {rounds} {PLACE}/found", budget=900)
    return host.run(f"cat {PLACE}/found").stdout.encode()


def started(rounds: int) -> bytes:
    """The same, of a host that is started for it."""
    base = os.environ.get("XDG_CACHE_HOME") or Path("~/.cache").expanduser()
    cache = Path(os.environ.get("SERAI_TEST_CACHE") or Path(base) / "serai-tests")
    cache.mkdir(parents=True, exist_ok=True)
    image = ready(cache)
    with tempfile.TemporaryDirectory() as name:
        app_disk(image, Path(name) / "app.ext4")
        host = Host(image, Path(name) / "host", Path(name) / "app.ext4", devices=DEVICES)
        try:
            host.wait()
            return compared(host, rounds)
        finally:
            host.stop()
