"""A guest's randomness made its own at once: what woke up from one memory would else draw the same numbers.

What is written to /dev/urandom is stirred in, and counts from the kernel's next reseeding on: up to a minute
later. RNDRESEEDCRNG asks for that now: by a program of three system calls, or, where that cannot be run, by Perl
or Python.
Source: random(4), RNDRESEEDCRNG; Linux, drivers/char/random.c, CRNG_RESEED_INTERVAL; elf(5); syscall(2), x86-64.
"""

from __future__ import annotations

import struct

RNDRESEEDCRNG = 0x5207
DEVICE = b"/dev/urandom\0"
_BASE = 0x400000
_HEADERS = 64 + 56
"""Bytes of the ELF header and of one program header."""


def program() -> bytes:
    """An x86-64 executable: open the device, ask, and exit with 0 or something else."""
    ask_and_exit = b"".join(
        [
            b"\x89\xc7",  # mov edi, eax: the descriptor
            b"\xbe" + struct.pack("<I", RNDRESEEDCRNG),  # mov esi
            b"\x31\xd2",  # xor edx, edx
            b"\xb8" + struct.pack("<I", 16) + b"\x0f\x05",  # ioctl
            b"\x89\xc7",  # mov edi, eax: 0, or an error
            b"\xb8" + struct.pack("<I", 60) + b"\x0f\x05",  # exit
        ]
    )
    after_lea = b"\xbe" + struct.pack("<I", 1) + b"\xb8" + struct.pack("<I", 2) + b"\x0f\x05"  # O_WRONLY, open
    lea = b"\x48\x8d\x3d" + struct.pack("<i", len(after_lea) + len(ask_and_exit))  # lea rdi, [rip + the name]
    code = lea + after_lea + ask_and_exit + DEVICE
    size = _HEADERS + len(code)
    identity = b"\x7fELF\x02\x01\x01" + bytes(9)
    header = struct.pack("<HHIQQQIHHHHHH", 2, 62, 1, _BASE + _HEADERS, 64, 0, 0, 64, 56, 1, 0, 0, 0)
    segment = struct.pack("<IIQQQQQQ", 1, 5, 0, _BASE, _BASE, size, size, 0x1000)
    return identity + header + segment + code


def script() -> str:
    """Defines `reseeder FILE`, which makes the program, and `reseed`, which asks once a seed is there."""
    octal = "".join(f"\\{byte:03o}" for byte in program())
    return rf"""
reseeder=
reseeder() {{
  [ "$(uname -m)" = x86_64 ] || return 0
  reseeder=$1; printf '{octal}' >"$reseeder"; chmod 700 "$reseeder"
}}
reseed() {{
  if [ -n "$reseeder" ] && "$reseeder" 2>/dev/null; then
    :
  elif command -v perl >/dev/null; then
    perl -e 'open(F, ">", "/dev/urandom") and defined(ioctl(F, {RNDRESEEDCRNG}, 0)) or exit 1'
  elif command -v python3 >/dev/null; then
    python3 -c 'import fcntl; fcntl.ioctl(open("/dev/urandom", "wb"), {RNDRESEEDCRNG})'
  else
    return 1
  fi
}}
"""
