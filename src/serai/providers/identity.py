"""Names that stay the same for the same project and machine: uuid and hardware addresses."""

from __future__ import annotations

from serai.util.digest import sha256


def machine_uuid(project_id: str, name: str) -> str:
    """The same for the same project and name, so that a rendering can be compared."""

    digits = sha256(f"serai:{project_id}/{name}".encode()).hexdigest()
    variant = "89ab"[int(digits[16], 16) % 4]
    return f"{digits[:8]}-{digits[8:12]}-8{digits[13:16]}-{variant}{digits[17:20]}-{digits[20:32]}"


def mac_address(project_id: str, name: str, nic: int) -> str:
    """A stable MAC under 52:54:00, the prefix that QEMU's guests use."""

    digits = sha256(f"serai:{project_id}/{name}/{nic}".encode()).hexdigest()
    return f"52:54:00:{digits[0:2]}:{digits[2:4]}:{digits[4:6]}"
