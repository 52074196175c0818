"""How values are written on QEMU's command line."""

from __future__ import annotations

import msgspec

from serai.util.units import KIB, MIB

Option = tuple[str, ...]
"""An option with its value, or an option alone."""


def as_json(value: dict[str, object]) -> str:
    return msgspec.json.encode(value).decode()


def escape(value: str) -> str:
    """A comma ends a value in QEMU's option syntax; two of them are one."""
    return value.replace(",", ",,")


def switch(value: bool) -> str:
    return "on" if value else "off"


def mebibytes(size: int) -> str:
    """`512M`; sizes that are no whole number of MiB in KiB, rounded up."""
    return f"{size // MIB}M" if size % MIB == 0 else f"{-(-size // KIB)}K"
