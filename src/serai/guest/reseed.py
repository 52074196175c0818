"""A guest's randomness made its own at once: what woke up from one memory would else draw the same numbers.

What is written to /dev/urandom is stirred in, and counts from the kernel's next reseeding on: up to a minute
later. RNDRESEEDCRNG asks for that now: as a system call (guest/syscalls.py), or, where none can be made, by Perl
or Python.
Source: random(4), RNDRESEEDCRNG; Linux, drivers/char/random.c, CRNG_RESEED_INTERVAL.
"""

from __future__ import annotations

from serai.guest.syscalls import RNDRESEEDCRNG, octal, reseeded


def script() -> str:
    """Defines `reseed`, which asks once a seed is there."""
    return rf"""
reseed() {{
  if call '{octal(reseeded())}'; then
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
