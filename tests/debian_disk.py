"""A disk of Debian 12 with what provisioners and shares want in a guest: made once, and kept by content.

It is serai's own image with more packages, and with the kernel that has 9p in place of the one for clouds.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any
from unittest.mock import patch

from serai.images.builders import debian
from serai.util.process import Result, run

KERNEL = {"linux-image-cloud-{arch}": "linux-image-{arch}"}
WORKSHOP = ("ansible-core", "apparmor", "docker.io", "iptables", "nfs-common", "sshfs", "qemu-guest-agent")
ASLEEP = ("docker.service", "docker.socket", "containerd.service", "apparmor.service", "nfs-client.target")
"""Units that a start of the guest need not wait for: who wants them starts them."""
SOURCES = ("debian.py", "disk.py", "ext4.py")


def disk_with(cache: Path, *packages: str) -> Path:
    """A qcow2 whose login is `debian`."""
    wanted = (*(KERNEL.get(name, name) for name in debian.PACKAGES), *packages)
    builders = Path(debian.__file__).parent
    parts = (*wanted, *ASLEEP, *((builders / name).read_text() for name in SOURCES))
    key = sha256("\0".join(parts).encode()).hexdigest()[:12]
    kept = cache / f"disk-{key}.qcow2"
    if kept.exists():
        return kept
    with (
        tempfile.TemporaryDirectory(prefix="disk.", dir=cache) as name,
        patch.object(debian, "PACKAGES", wanted),
        patch.object(debian, "run", _run),
    ):
        work = Path(name)
        made = debian.build_debian12(work, "amd64", lambda _phrase: None)
        assert made.disk is not None
        draft = kept.with_suffix(f".{os.getpid()}.qcow2")  # another worker may make it, too
        shutil.move(made.disk, draft)
        draft.rename(kept)
    return kept


def _run(argv: Sequence[str | Path], **more: Any) -> Result:
    """As `debian` runs its programs; what mmdebstrap has installed starts with the guest no more."""
    hook = f'--customize-hook=chroot "$1" systemctl disable --quiet {" ".join(ASLEEP)} || true'
    return run([argv[0], hook, *argv[1:]] if argv[0] == "mmdebstrap" else argv, **more)
