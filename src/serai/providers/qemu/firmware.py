"""UEFI images for a guest, found by the firmware descriptors that distributions install.

Source: QEMU docs/interop/firmware.json.
"""

from __future__ import annotations

import fnmatch
from pathlib import Path
from typing import Any

import msgspec

from serai.util.errors import Code, SeraiError

DIRECTORIES = (Path("/etc/qemu/firmware"), Path("/usr/share/qemu/firmware"))
ARCHITECTURES = {"amd64": "x86_64", "arm64": "aarch64"}
PACKAGES = {"amd64": "ovmf", "arm64": "qemu-efi-aarch64"}
SECURE = frozenset({"secure-boot", "enrolled-keys"})
"""What Secure Boot needs: a firmware that checks, and the keys to check with already in its variables."""
CONFIDENTIAL = frozenset({"amd-sev-es", "amd-sev-snp", "intel-tdx"})
UNWANTED = SECURE | CONFIDENTIAL | {"requires-smm"}
"""Secure Boot is not chosen for anybody who did not ask: it changes what a guest may load."""


class Uefi(msgspec.Struct, frozen=True):
    """The code to run, and the variable store to copy."""

    code: str
    code_format: str
    variables: str
    variables_format: str
    secure: bool = False
    """It starts only what is signed, and guards its variables by SMM where the architecture has that."""


def find_uefi(arch: str, kind: str, directories: tuple[Path, ...] = DIRECTORIES, *, secure: bool = False) -> Uefi:
    """The first fitting firmware for the versioned machine type `kind` (`pc-q35-7.2`); `secure`: Secure Boot's.

    A file in an earlier directory hides one of the same name in a later one; then names decide the order.
    Raises Code.MISSING with the package to install.
    """
    descriptors: dict[str, Path] = {}
    for directory in directories:
        for path in directory.glob("*.json"):
            descriptors.setdefault(path.name, path)
    for name in sorted(descriptors):
        found = _fitting(descriptors[name], ARCHITECTURES[arch], kind, secure)
        if found and Path(found.code).exists() and Path(found.variables).exists():
            return found
    what = f"UEFI firmware with Secure Boot for {arch} and {kind}" if secure else f"UEFI firmware for {arch}"
    raise SeraiError(Code.MISSING, f"no {what} is installed", hint=f"install it: apt install {PACKAGES[arch]}")


def _fitting(path: Path, architecture: str, kind: str, secure: bool) -> Uefi | None:
    try:
        entry: dict[str, Any] = msgspec.json.decode(path.read_bytes())
    except (OSError, msgspec.DecodeError):
        return None  # an empty file is how an administrator masks a descriptor
    mapping = entry.get("mapping", {})
    if "uefi" not in entry.get("interface-types", ()) or mapping.get("device") != "flash":
        return None
    able = set(entry.get("features", ()))
    fits = able >= SECURE and not able & CONFIDENTIAL if secure else not able & UNWANTED
    if not fits or "nvram-template" not in mapping:
        return None
    for target in entry.get("targets", ()):
        if target["architecture"] == architecture and any(
            fnmatch.fnmatchcase(kind, pattern) for pattern in target["machines"]
        ):
            code, variables = mapping["executable"], mapping["nvram-template"]
            return Uefi(code["filename"], code["format"], variables["filename"], variables["format"], secure)
    return None
