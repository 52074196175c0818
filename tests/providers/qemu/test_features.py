"""Features are asked of the binary and kept."""

from __future__ import annotations

from pathlib import Path

import pytest

from serai.providers.qemu.features import ask, binary_for, features
from serai.util.errors import Code, SeraiError


@pytest.mark.engine
def test_the_answers_are_kept_in_the_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SERAI_HOME", str(tmp_path))
    binary = binary_for("amd64")
    found = features(binary)
    assert len(list((tmp_path / "cache").glob("qemu-*.json"))) == 1
    assert features(binary) == found
    assert {"user", "stream", "hubport"} <= found.netdevs
    assert "threads" in found.aio and found.machine("q35")


def test_what_is_no_qemu_is_refused() -> None:
    with pytest.raises(SeraiError) as caught:
        ask("/bin/true")
    assert "7.2" in caught.value.hint


def test_what_cannot_be_run_says_why(tmp_path: Path) -> None:
    with pytest.raises(SeraiError) as caught:
        ask(str(tmp_path))
    assert (caught.value.code, caught.value.message) == (
        Code.MISSING,
        f"{tmp_path} cannot be run: Permission denied",
    )


def test_a_missing_binary_names_its_package() -> None:
    with pytest.raises(SeraiError) as caught:
        binary_for("arm64", "no-such-qemu")
    assert caught.value.code is Code.MISSING and "qemu-system-arm" in caught.value.hint
