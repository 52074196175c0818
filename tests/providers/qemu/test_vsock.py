"""A free number for vsock is asked of the kernel."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest

from serai.providers.qemu import vsock
from serai.util.errors import Code, SeraiError

UUID = "00000010-0000-8000-8000-000000000000"


def test_taken_numbers_are_passed_by(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def ioctl(_handle: int, _act: int, _value: bytes) -> None:
        asked.append(_value)
        if len(asked) < 3:
            raise OSError(errno.EADDRINUSE, "taken")

    (tmp_path / "vhost-vsock").touch()
    monkeypatch.setattr(vsock.fcntl, "ioctl", ioctl)
    assert vsock.free_cid(UUID, str(tmp_path / "vhost-vsock")) == vsock.FIRST + 0x10 + 2 * 257
    assert len(set(asked)) == 3


def test_a_host_without_vsock_is_said(tmp_path: Path) -> None:
    with pytest.raises(SeraiError) as failed:
        vsock.free_cid(UUID, str(tmp_path / "none"))
    assert failed.value.code is Code.MISSING
    assert "modprobe" in failed.value.hint


def test_a_host_full_of_guests_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vsock, "_is_free", lambda cid, device: False)
    with pytest.raises(SeraiError) as failed:
        vsock.free_cid(UUID, str(tmp_path))
    assert failed.value.code is Code.BUSY
