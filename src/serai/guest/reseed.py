"""A guest's randomness made its own at once: what woke up from one memory would else draw the same numbers.

What is written to /dev/urandom is stirred in, and counts from the kernel's next reseeding on: up to a minute
later. RNDRESEEDCRNG asks for that now: by a program of five system calls, or, where that cannot be run, by Perl
or Python. The program sets the clock, too, when it is told the time: one that was started before its guest was
kept waits for that, and nothing has to be started when the guest wakes up.
Source: random(4), RNDRESEEDCRNG; Linux, drivers/char/random.c, CRNG_RESEED_INTERVAL; elf(5); syscall(2), x86-64;
clock_settime(2).
"""

from __future__ import annotations

import struct

RNDRESEEDCRNG = 0x5207
DEVICE = b"/dev/urandom\0"
_TIME = struct.Struct("<qq")
"""Seconds and nanoseconds: struct timespec."""
_BASE = 0x400000
_HEADERS = 64 + 56
"""Bytes of the ELF header and of one program header."""


def program() -> bytes:
    """An x86-64 executable: set the clock to what it reads (`clock`), if it reads anything; open the device, ask.

    It exits with 0 or something else.
    """
    leave = b"\x89\xc7" + b"\xb8" + struct.pack("<I", 60) + b"\x0f\x05"  # mov edi, eax: 0, or an error; exit
    ask = b"".join(
        [
            b"\x89\xc7",  # mov edi, eax: the descriptor
            b"\xbe" + struct.pack("<I", RNDRESEEDCRNG),  # mov esi
            b"\x31\xd2",  # xor edx, edx
            b"\xb8" + struct.pack("<I", 16) + b"\x0f\x05",  # ioctl
        ]
    )
    after_lea = b"\xbe" + struct.pack("<I", 1) + b"\xb8" + struct.pack("<I", 2) + b"\x0f\x05"  # O_WRONLY, open
    lea = b"\x48\x8d\x3d" + struct.pack("<i", len(after_lea) + len(ask) + len(leave))  # lea rdi, [rip + the name]
    stir = lea + after_lea + ask
    set_clock = b"\xb8" + struct.pack("<I", 227) + b"\x0f\x05"  # clock_settime of 0, CLOCK_REALTIME
    set_clock += b"\x85\xc0" + b"\x75" + struct.pack("<b", len(stir))  # test eax, eax; jnz: leave with the error
    read = b"".join(
        [
            b"\x31\xff",  # xor edi, edi: stdin
            b"\x48\x8d\x74\x24" + struct.pack("<b", -_TIME.size),  # lea rsi, [rsp - …]
            b"\xba" + struct.pack("<I", _TIME.size),  # mov edx
            b"\x31\xc0\x0f\x05",  # xor eax, eax; read
            b"\x83\xf8" + struct.pack("<b", _TIME.size),  # cmp eax
            b"\x75" + struct.pack("<b", len(set_clock)),  # jne: nothing to set
        ]
    )
    code = read + set_clock + stir + leave + DEVICE
    size = _HEADERS + len(code)
    identity = b"\x7fELF\x02\x01\x01" + bytes(9)
    header = struct.pack("<HHIQQQIHHHHHH", 2, 62, 1, _BASE + _HEADERS, 64, 0, 0, 64, 56, 1, 0, 0, 0)
    segment = struct.pack("<IIQQQQQQ", 1, 5, 0, _BASE, _BASE, size, size, 0x1000)
    return identity + header + segment + code


def clock(now: float) -> str:
    """Seconds of Unix time as the program reads them, in the form of a printf(1)."""
    data = _TIME.pack(int(now), int(now % 1 * 1e9))
    return "".join(f"\\{byte:03o}" for byte in data)


def script() -> str:
    """Defines `reseeder FILE`, which makes the program, and `reseed`, which asks once a seed is there.

    `stirrer` starts the program so that it waits; `stir SECONDS-IN-OCTAL` has it set the clock and ask.
    """
    octal = "".join(f"\\{byte:03o}" for byte in program())
    return rf"""
reseeder=
reseeder() {{
  [ "$(uname -m)" = x86_64 ] || return 0
  reseeder=$1; printf '{octal}' >"$reseeder"; chmod 700 "$reseeder"
}}
stirring=
stirrer() {{
  [ -n "$reseeder" ] && mkfifo -m 600 "$reseeder.time" || return 0
  exec 4<>"$reseeder.time"  # open for both, so that nobody waits for the other end
  "$reseeder" <&4 3>&- 4>&- >/dev/null 2>&1 & stirring=$!
}}
stir() {{
  [ -n "$stirring" ] || return 1
  printf "$1" >&4; wait "$stirring"
}}
reseed() {{
  if [ -n "$reseeder" ] && "$reseeder" </dev/null 2>/dev/null; then
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
