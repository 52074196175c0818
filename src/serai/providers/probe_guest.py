"""The probe guest (HW-1): 700 bytes that do what a kernel does first, run in KVM by QEMU.

Of the standard library alone, from Python 3.6 on: it is sent to other hosts as text; nothing is installed there.
"""

import base64
import fcntl
import os
import subprocess
import tempfile
import zlib
from contextlib import suppress

from serai.util.bound import bound

BUDGET = 3.0
"""Seconds the probe guest may take; under KVM it takes 0.1, under TCG 0.3."""
AGAIN = 12.0
"""Seconds of a second try: QEMU's first start on a slow or busy host waits for its libraries, not for KVM."""

DEBUG_EXIT = 0xF4
PASSED = 42 << 1 | 1
"""QEMU's exit code when the guest writes 42 to isa-debug-exit."""

ROM_SIZE = 0x10000
RESET = 0xFFF0
JUMP = bytes.fromhex("ea000000f0")
"""The reset vector: a far jump to F000:0000, where the ROM begins."""

# Source: linux/kvm.h
KVM_GET_API_VERSION = 0xAE00
KVM_CREATE_VM = 0xAE01
KVM_API_VERSION = 12

GUEST = (
    "eNpVUU1oE0EU/jY/ZlHrBA8SQXCNFEERsvGgHoSEEllvOXoUwSA5eTB6NOl2LYuyFLwIvVjBiz3Y426jZkoL01tiBckxVCmlPVhI"
    "CDWJru81reAc5n0z33vf+97MYPRy3Wub0pNmv4FqgFj33c7ZKuC1hXamNS0MeVITablztarDT4IJT3qtj3gENAANAVKAKbuLKs7H"
    "RFIDIdoTBiOdUYZRklGOUYpRUaN6SvFnSTSADrgJW+kkYmCzRxJUxEsYHXvdEOmOz/Ii3Q7InRTZCY14kSGDE0RU2eNXYlLwjX8u"
    "G5hjbwEiQNdarJ8ixlLy9jSw/YTK68b44j5fPGA97dzkNzoENephyuUULlKPgG4kpWUomhvUM2vdYiyckL3PEOtzC8p8yiErMgXz"
    "hynF23y4lrdHuUo33+BZaATkLIUExXyNi3PCqbOHF7FJHtzeTwjn/YEpRSR5Nzcsd2i5v/YsoYRwPOZuPtOFM8OoppDkQFISlS/C"
    "aNMDLYVbF7YWSLbzR9l7lBbSZMruRIETYGREuRejKqE3zzUUzP6wNyg4/cf75WsPcQ8oR8pXaORLNGbRan5a2IxDxHdP134zqhz3"
    "L1N9abmHn4Pe7qgojNYdVykagn5tlsSFduOuZa/pVjP/WTtotYTxspor32O1Vf6ZkhstqalICrTH4K1sJ0vu1LFVcT6HoxXyI803"
    "x/HVYZz/8P95eHjuNnEdr8lxKDD3F1A/4m0="
)
"""What `probe.S` assembles to: zlib, base64. A test assembles it again."""


def guest_code() -> bytes:
    """The probe guest's machine code, to be run at 0x8000."""
    return zlib.decompress(base64.b64decode("".join(GUEST)))


def told(reason: str) -> str:
    """What a person is told of guests without KVM."""
    return f"guests run under TCG, many times slower: {reason} (serai explain HW-1)"


def why_not_kvm(binary: str) -> str:
    """An empty string when a guest runs under KVM, else the reason: device, kernel, then the probe guest."""
    try:
        device = os.open("/dev/kvm", os.O_RDWR | os.O_CLOEXEC)
    except FileNotFoundError:
        return "there is no /dev/kvm"
    except OSError as error:
        return f"/dev/kvm cannot be opened: {error.strerror}"
    try:
        version = fcntl.ioctl(device, KVM_GET_API_VERSION, 0)
        if version != KVM_API_VERSION:
            return f"/dev/kvm speaks API version {version}, not {KVM_API_VERSION}"
        os.close(fcntl.ioctl(device, KVM_CREATE_VM, 0))
    except OSError as error:
        return f"/dev/kvm is there, but makes no machine: {error.strerror}"
    finally:
        os.close(device)
    failure = run_probe(binary, "kvm", "host")
    return f"/dev/kvm is there, but a probe guest does not run in it: {failure}" if failure else ""


def run_probe(binary: str, accel: str, cpu: str) -> str:
    """Run the probe guest. An empty string when it did all its work, else what went wrong."""
    with suppress(subprocess.TimeoutExpired):
        return _run(binary, accel, cpu, BUDGET)
    try:
        return _run(binary, accel, cpu, AGAIN)
    except subprocess.TimeoutExpired:
        return f"it hung for {AGAIN:g} s"


def _run(binary: str, accel: str, cpu: str, budget: float) -> str:
    """One try; nothing of it stays. Raises TimeoutExpired where QEMU neither ends nor says why."""
    with tempfile.TemporaryFile() as rom:
        rom.write(guest_code().ljust(RESET, b"\0") + JUMP.ljust(ROM_SIZE - RESET, b"\0"))
        rom.flush()
        argv = [binary, "-accel", accel, "-cpu", cpu, "-machine", "q35", "-m", "32M"]
        argv += ["-bios", f"/proc/self/fd/{rom.fileno()}"]
        argv += ["-nodefaults", "-no-user-config", "-no-reboot", "-display", "none"]
        argv += ["-device", f"isa-debug-exit,iobase={DEBUG_EXIT:#x},iosize=4"]
        try:
            done = subprocess.run(
                bound(*argv),
                pass_fds=(rom.fileno(),),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                timeout=budget,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            said = (error.stderr or b"").decode(errors="replace").strip().splitlines()
            if said and said[0].startswith("KVM internal error"):
                return f"it stopped at an instruction that this KVM does not run ({said[0]})"
            raise
    if done.returncode == PASSED:
        return ""
    said = done.stderr.decode(errors="replace").strip().splitlines()
    return said[0].split("qemu-system-x86_64: ", 1)[-1] if said else "it crashed"
