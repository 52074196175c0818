"""How a refusal of this provider is worded."""

from __future__ import annotations

from serai.util.errors import Code, SeraiError

LIBVIRT = "provider: libvirt has it"
"""The way out for what is a daemon's to do."""


def refuse(key: str, why: str, way_out: str, code: Code = Code.UNSUPPORTED) -> SeraiError:
    """`key: why (way out)`; the machine's name is put before it."""
    return SeraiError(code, f"{key}: {why}", hint=way_out)
