"""The files of a lab host, told apart to the byte: to see that an undo leaves nothing behind."""

from __future__ import annotations

import shutil
import signal
import sys
import tempfile
from pathlib import Path

from debian_box import mounted, raw_of
from lab.machine import Host
from serai.util.process import run

LISTING = r"""
import hashlib, os, stat, sys
SKIP = {"/dev", "/proc", "/sys", "/run", "/tmp", "/opt/serai", "/var/log", "/var/tmp", "/root/.cache"}
SKIP |= {"/var/lib/systemd", "/root/.local"}
NAMES = {"__pycache__", "lost+found"}
PROGRAMS = ("/usr/bin", "/usr/sbin", "/usr/share", "/usr/lib/x86_64-linux-gnu", "/usr/lib/python3")
PROGRAMS += ("/usr/lib/modules", "/usr/lib/firmware", "/usr/lib/grub", "/usr/libexec", "/var/lib/lab")
root, *tops = sys.argv[1:]
for place, folders, files in (found for top in tops for found in os.walk(root + top)):
    here = place.removeprefix(root)
    folders[:] = [name for name in folders if os.path.join(here, name) not in SKIP and name not in NAMES]
    for name in folders + files:
        path, real = os.path.join(here, name), os.path.join(place, name)
        seen = os.lstat(real)
        if stat.S_ISLNK(seen.st_mode):
            what = "-> " + os.readlink(real)
        elif stat.S_ISREG(seen.st_mode) and path.startswith(PROGRAMS):
            what = f"{seen.st_size} bytes of {seen.st_mtime_ns}"
        elif stat.S_ISREG(seen.st_mode):
            what = hashlib.sha256(open(real, "rb").read()).hexdigest()
        else:
            what = "folder"
        print(path, oct(seen.st_mode), seen.st_uid, seen.st_gid, what)
"""
"""All files but those of the kernel, of the log, of this boot, of the machine's own bookkeeping and of caches.

Of what only packages write, the size and the time say enough: their checksums take minutes, those of the kernel's
modules most. The first argument is where the root is, '' or a directory without a slash at its end; the others are
places in it.
"""
UNPACKED = """
for each in /boot/initrd.img-*; do
    rm -rf /tmp/unpacked && mkdir -p /tmp/unpacked && unmkinitramfs $each /tmp/unpacked
    cd /tmp/unpacked && find . -type l -printf '%p -> %l\\n' -o -type f -exec sha256sum {} + | sort
done
rm -rf /tmp/unpacked
"""
"""An initramfs holds the time at which it was packed; what is in it is what counts."""
INITRD = "/boot/initrd.img-"


def tree(host: Host, *tops: str) -> dict[str, str]:
    """Path -> its mode, owner and content, below `tops` or all; of an initramfs the contents of its files."""
    lines = host.run(f"python3 - '' {' '.join(tops) or '/'}", input=LISTING, budget=400).stdout.splitlines()
    found = dict(line.split(" ", 1) for line in lines if not line.startswith(INITRD))
    packed = [line.split(" ") for line in lines if line.startswith(INITRD)]
    found.update({path: " ".join(rest[:3]) for path, *rest in packed})
    if not tops:
        inner = host.run(UNPACKED, budget=400).stdout.splitlines()
        found.update({f"initrd:{line.rsplit(' ', 1)[-1]}": line for line in inner})
    return found


def disk(host: Host) -> dict[str, str]:
    """The same of all places, from a copy of the host's disk: its emulated processor takes minutes for it.

    The copy is what a power failure would leave just after a `sync`. An initramfs counts byte for byte here.
    """
    host.run("sync")
    work = Path(tempfile.mkdtemp(dir=host.place))
    host.process.send_signal(signal.SIGSTOP)
    try:
        copy = shutil.copyfile(host.place / "root.qcow2", work / "root.qcow2")
    finally:
        host.process.send_signal(signal.SIGCONT)
    try:
        with mounted(raw_of(copy, work), work) as root:
            listing = run([sys.executable, "-", root, "/"], input=LISTING, timeout=300).stdout
    finally:
        shutil.rmtree(work)
    return dict(line.split(" ", 1) for line in listing.splitlines())


def differences(before: dict[str, str], after: dict[str, str]) -> list[str]:
    paths = sorted(before.keys() | after.keys())
    return [
        f"{path}: {before.get(path, 'not there')} -> {after.get(path, 'not there')}"
        for path in paths
        if before.get(path) != after.get(path)
    ]
