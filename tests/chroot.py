"""Real roots of Debian in which programs run by chroot: built by mmdebstrap once, kept in the test cache."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path

from serai.host.reach.local import Local
from serai.util.process import Result

SCRIPT = Path(__file__).parent / "host/in_chroot.sh"
RELEASE = "bookworm"
ALWAYS = ("linux-image-cloud-amd64", "cpio", "zstd")


class Chroot(Local):
    """A root as a host: its own programs run in it. Each command line is kept in `ran`."""

    def __init__(self, root: Path) -> None:
        super().__init__(root, run=self.inside)
        self.ran: list[tuple[str, ...]] = []

    def inside(self, argv: Sequence[str]) -> Result:
        """Run one of its programs."""
        self.ran.append(tuple(argv))
        done = subprocess.run(
            ["unshare", "--mount", "--propagation", "private", "sh", str(SCRIPT), str(self.root), *argv],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
        )
        return Result(argv, done.returncode, done.stdout, done.stderr)


def archive(cache: Path, *packages: str) -> Path:
    """A root of Debian with these packages, as a tar archive; made when the cache does not have it."""
    wanted = ",".join((*ALWAYS, *packages))
    path = cache / f"root-{RELEASE}-{sha256(wanted.encode()).hexdigest()[:12]}.tar"
    if not path.exists():
        draft = path.with_suffix(f".{os.getpid()}.tar")  # another worker may make it, too
        subprocess.run(
            ["mmdebstrap", "--quiet", "--variant=minbase", f"--include={wanted}", RELEASE, str(draft)],
            check=True,
            capture_output=True,
        )
        draft.rename(path)
    return path


def unpacked(tar: Path, root: Path) -> Chroot:
    root.mkdir()
    subprocess.run(["tar", "xf", str(tar), "-C", str(root), "--exclude=./dev/*"], check=True, capture_output=True)
    return Chroot(root)
