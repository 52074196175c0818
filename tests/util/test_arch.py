"""Architectures by the names of Debian."""

from __future__ import annotations

import os
from types import SimpleNamespace

import pytest

from serai.util.arch import host_arch


@pytest.mark.parametrize(("kernel", "name"), [("x86_64", "amd64"), ("aarch64", "arm64"), ("riscv64", "riscv64")])
def test_the_host_is_called_as_images_call_it(monkeypatch, kernel, name):
    monkeypatch.setattr(os, "uname", lambda: SimpleNamespace(machine=kernel))
    assert host_arch() == name
