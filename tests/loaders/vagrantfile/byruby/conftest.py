"""Runs Vagrantfiles that a test writes by a real Ruby in a sandbox."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from serai.loaders.access import SANDBOXED, Access
from serai.loaders.vagrantfile import load, result_of
from serai.loaders.vagrantfile.byruby.real import RealRuby
from serai.loaders.vagrantfile.byruby.sandbox import Bounds
from serai.loaders.vagrantfile.config.model import VagrantConfig
from serai.loaders.vagrantfile.reading import Reading


@pytest.fixture
def project(tmp_path: Path) -> Path:
    path = tmp_path / "project"
    path.mkdir()
    return path


@pytest.fixture
def by_ruby(need_sandbox: None, project: Path) -> Callable[..., VagrantConfig]:
    """`by_ruby("…")` runs a whole file."""

    def running(text: str, **options: Any) -> VagrantConfig:
        (project / "Vagrantfile").write_text(text)
        options.setdefault("environ", {"HOME": "/nonexistent", "PATH": os.environ["PATH"]})
        options.setdefault("access", Access(ruby=SANDBOXED))
        return load(project / "Vagrantfile", provider="libvirt", check=False, **options)

    return running


@pytest.fixture
def bounded(by_ruby: object, project: Path) -> Callable[..., VagrantConfig]:
    """As `by_ruby`, with bounds of the test's own: `bounded("loop {}", cpu=1)`."""

    def running(text: str, say: Callable[[str], None] | None = None, **bounds: Any) -> VagrantConfig:
        path = project / "Vagrantfile"
        path.write_text(text)
        environ = {"HOME": "/nonexistent", "PATH": os.environ["PATH"]}
        reading = Reading(path, environ=environ, access=Access(ruby=SANDBOXED), say=say)
        assert isinstance(reading.interpreter, RealRuby)
        reading.interpreter.run_within = Bounds(**bounds)
        try:
            return result_of(reading, [path], "libvirt", {}, False)
        finally:
            reading.close()

    return running
