"""How a refusal of this provider is worded."""

from __future__ import annotations

from serai.providers.libvirt.site import Able
from serai.util.errors import Code, SeraiError


def refuse(key: str, why: str, way_out: str, code: Code = Code.UNSUPPORTED) -> SeraiError:
    """`key: why (way out)`; the machine's name is put before it."""
    return SeraiError(code, f"{key}: {why}", hint=way_out)


def older(able: Able, wanted: int) -> str:
    """`libvirt 9.0` when it is older than that version, else empty."""
    if able.libvirt >= wanted:
        return ""
    return f"libvirt {able.libvirt // 1_000_000}.{able.libvirt // 1000 % 1000}"
