"""UEFI is found by descriptors; Secure Boot is not chosen for anybody."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from serai.providers.qemu.firmware import find_uefi
from serai.util.errors import SeraiError


def describe(place: Path, name: str, *features: str) -> None:
    for file in ("code", "vars"):
        (place / f"{name}.{file}").touch()
    mapping = {
        "device": "flash",
        "executable": {"filename": str(place / f"{name}.code"), "format": "raw"},
        "nvram-template": {"filename": str(place / f"{name}.vars"), "format": "raw"},
    }
    targets = [{"architecture": "x86_64", "machines": ["pc-q35-*"]}]
    entry = {"interface-types": ["uefi"], "mapping": mapping, "targets": targets, "features": features}
    (place / f"{name}.json").write_text(json.dumps(entry))


def test_the_first_fitting_one_without_secure_boot_is_taken(tmp_path: Path) -> None:
    describe(tmp_path, "40-secure", "secure-boot", "requires-smm")
    describe(tmp_path, "60-plain", "acpi-s3")
    assert find_uefi("amd64", "pc-q35-7.2", (tmp_path,)).code.endswith("60-plain.code")


def test_secure_boot_needs_a_firmware_that_checks_and_keys_to_check_with(tmp_path: Path) -> None:
    describe(tmp_path, "30-confidential", "secure-boot", "enrolled-keys", "amd-sev-snp")
    describe(tmp_path, "40-enrolled", "secure-boot", "enrolled-keys", "requires-smm")
    describe(tmp_path, "50-empty", "secure-boot", "requires-smm")
    describe(tmp_path, "60-plain", "acpi-s3")
    found = find_uefi("amd64", "pc-q35-7.2", (tmp_path,), secure=True)
    assert found.code.endswith("40-enrolled.code")
    assert found.secure
    (tmp_path / "40-enrolled.json").unlink()
    with pytest.raises(SeraiError, match=r"Secure Boot for amd64 and pc-q35-7\.2"):
        find_uefi("amd64", "pc-q35-7.2", (tmp_path,), secure=True)


def test_none_names_the_package(tmp_path: Path) -> None:
    with pytest.raises(SeraiError) as caught:
        find_uefi("amd64", "pc-q35-7.2", (tmp_path,))
    assert "apt install ovmf" in caught.value.hint
