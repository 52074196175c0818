"""Reads Vagrantfiles that a test writes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from serai.loaders.vagrantfile import load
from serai.loaders.vagrantfile.config.model import MachineConfig, VagrantConfig

ENVIRON = {"HOME": "/nonexistent", "PATH": "/usr/bin"}


@pytest.fixture
def read(tmp_path: Path) -> Callable[..., VagrantConfig]:
    """`read("config.vm.box = …")` gives the configuration; a text with `configure` or `Vagrant` is a whole
    file."""

    def reading(text: str, **options: Any) -> VagrantConfig:
        if "Vagrant" not in text:
            lines = "\n".join(f"  {line}" for line in text.strip("\n").split("\n"))
            text = f'Vagrant.configure("2") do |config|\n{lines}\nend\n'
        (tmp_path / "Vagrantfile").write_text(text)
        options.setdefault("environ", ENVIRON)
        options.setdefault("provider", "libvirt")
        options.setdefault("check", False)
        return load(tmp_path / "Vagrantfile", **options)

    return reading


@pytest.fixture
def machine(read: Callable[..., VagrantConfig]) -> Callable[..., MachineConfig]:
    """The first machine of what `read` gives."""

    def reading(text: str, **options: Any) -> MachineConfig:
        return next(iter(read(text, **options).machines.values()))

    return reading


@pytest.fixture
def refused(read: Callable[..., VagrantConfig]) -> Callable[..., list[str]]:
    """All that is wrong with a file, a line each."""
    from serai.util.errors import SeraiError, SeraiErrors

    def reading(text: str, **options: Any) -> list[str]:
        with pytest.raises(SeraiError) as caught:
            read(text, **({"check": True} | options))
        error = caught.value
        return [one.line() for one in (error.errors if isinstance(error, SeraiErrors) else [error])]

    return reading
