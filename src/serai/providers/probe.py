"""Which accelerator a guest really runs under (HW-1): KVM counts only when a probe guest ran in it.

/dev/kvm being there says little: nested hosts, locked-down containers and page-table based KVM offer the
device and then abort or hang. So a guest of 700 bytes (`probe.S`) does what a kernel does first: long mode,
paging, a page fault, model specific registers, a locked exchange of 16 bytes, a timer interrupt, ring 3 and back.
"""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path

import msgspec

from serai.util import paths
from serai.util.digest import sha256
from serai.util.files import private_dir, write_atomic


class Accel(msgspec.Struct, frozen=True):
    """`name` is `kvm` or `tcg`; `note` says why it is not KVM, as a sentence."""

    name: str
    note: str = ""


def accelerator(binary: str) -> Accel:
    """The best accelerator for guests of the host's architecture; kept until the next boot or another binary."""
    status = os.stat(binary)  # noqa: PTH116 - asked once a machine
    usable = os.access("/dev/kvm", os.R_OK | os.W_OK)
    return _kept(binary, status.st_mtime_ns, status.st_size, usable, paths.home())


@cache
def _kept(binary: str, modified: int, size: int, usable: bool, home: Path) -> Accel:
    """From its file in the cache, made when it is not there; read once, however many machines there are."""
    boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    stamp = f"{boot} {os.uname().release} {binary} {modified} {size} {usable} {os.getuid()}"
    file = home / "cache" / f"accel-{sha256(stamp.encode()).hexdigest()[:16]}.json"
    try:
        return msgspec.json.decode(file.read_bytes(), type=Accel)
    except (FileNotFoundError, msgspec.DecodeError):
        from serai.providers import probe_guest

        reason = probe_guest.why_not_kvm(binary)
        found = Accel("tcg", probe_guest.told(reason)) if reason else Accel("kvm")
    private_dir(file.parent)
    for old in file.parent.glob("accel-*.json"):
        old.unlink(missing_ok=True)
    write_atomic(file, msgspec.json.encode(found), sync=False)
    return found
