"""Sizes and durations, as people write them: `4GiB`, `512M`, `1h30m`."""

from __future__ import annotations

import re

_SIZE = re.compile(r"\s*([0-9]+(?:\.[0-9]+)?)\s*([kKMGTP]?)(i?B|B|)\s*", re.ASCII)
_POWER = {"": 0, "K": 1, "M": 2, "G": 3, "T": 4, "P": 5}
_DURATION = re.compile(r"(?:([0-9]+)d)?(?:([0-9]+)h)?(?:([0-9]+)m)?(?:([0-9]+(?:\.[0-9]+)?)s)?", re.ASCII)

KIB, MIB, GIB = 1024, 1024**2, 1024**3
MAX_SIZE = 2**63 - 1  # QEMU and the kernel count bytes in a signed 64-bit integer


def parse_size(text: str) -> int:
    """Bytes. `K M G T P` and `KiB MiB …` are powers of 1024, `kB MB GB …` powers of 1000 (as in libvirt).

    A number without a unit is refused: Vagrant means MiB by it, libvirt KiB, docker bytes.
    Raises ValueError with a sentence for a person. Source: libvirt formatdomain, memory units.
    """
    match = _SIZE.fullmatch(text)
    if not match:
        raise ValueError(f"{text!r} is not a size: write for example 512M or 4GiB")
    number, prefix, suffix = match.groups()
    if not prefix and not suffix:
        raise ValueError(f"{text} has no unit: write for example {number}M or {number}GiB")
    if suffix == "iB" and not prefix:
        raise ValueError(f"{text!r} is not a size: write for example 512M or 4GiB")
    base = 1000 if suffix == "B" and prefix else 1024
    factor: int = base ** _POWER[prefix.upper()]
    rough = float(number) * factor  # infinite, where no float is as large
    fits = rough < 2 * MAX_SIZE
    value = 0 if not fits else round(rough) if "." in number else int(number) * factor
    if not fits or value > MAX_SIZE:
        raise ValueError(f"{text!r} is larger than any machine can have")
    return value


def format_size(value: int) -> str:
    """The shortest exact text: 4294967296 -> `4GiB`, 1000 -> `1000B`; `parse_size` reads it back."""
    for unit, power in (("PiB", 5), ("TiB", 4), ("GiB", 3), ("MiB", 2), ("KiB", 1)):
        if value and value % 1024**power == 0:
            return f"{value // 1024**power}{unit}"
    return f"{value}B"


def human_size(value: float) -> str:
    """A rounded text for people only: `1.3 GiB`."""
    for unit in ("B", "KiB", "MiB", "GiB", "TiB"):
        if value < 1024 or unit == "TiB":
            return f"{value:.0f} {unit}" if unit == "B" or value >= 100 else f"{value:.1f} {unit}"
        value /= 1024
    raise AssertionError("unreachable")


def parse_duration(text: str) -> float:
    """Seconds, from `90`, `1.5`, `30s`, `5m`, `1h30m`, `2d`. Raises ValueError with a sentence."""
    text = text.strip()
    try:
        value = float(text) if re.fullmatch(r"[0-9]+(\.[0-9]+)?", text, re.ASCII) else None
    except ValueError:
        value = None
    if value is None:
        match = _DURATION.fullmatch(text)
        if not match or not text:
            raise ValueError(f"{text!r} is not a duration: write for example 30s, 5m or 1h30m")
        days, hours, minutes, seconds = match.groups()
        parts = (float(days or 0) * 86400, float(hours or 0) * 3600, float(minutes or 0) * 60, float(seconds or 0))
        value = sum(parts)
    if value > 366 * 86400:
        raise ValueError(f"{text!r} is longer than a year")
    return value


def format_duration(seconds: float) -> str:
    """`90` -> `1m30s`; `parse_duration` reads it back."""
    if seconds != int(seconds):
        text = repr(seconds)
        if "e" in text:  # 1e-07: parse_duration reads no exponents
            from decimal import Decimal

            text = f"{Decimal(text):f}"
        return f"{text}s"
    whole, parts = int(seconds), []
    for unit, size in (("d", 86400), ("h", 3600), ("m", 60), ("s", 1)):
        if whole >= size:
            parts.append(f"{whole // size}{unit}")
            whole %= size
    return "".join(parts) or "0s"
