"""A project of its own for tests of what the standard library must not do."""

from __future__ import annotations

from pathlib import Path

import pytest

from serai.loaders.vagrantfile.ruby.interpreter import Interpreter


class Evaluated:
    """What a text came to: its value as `inspect` shows it, what it printed, what the person is told."""

    def __init__(self, interp: Interpreter, value: object) -> None:
        self.value = interp.inspect(value)
        self.printed = "".join(interp.printed)
        self.notices = [notice.text for notice in interp.notices]
        self.environ = dict(interp.environ)


@pytest.fixture
def run(tmp_path: Path):
    """`run("File.write('x', 'y')")`: in an empty project, `tmp_path / "project"`."""
    project = tmp_path / "project"
    project.mkdir()

    def evaluated(text: str, **options: object) -> Evaluated:
        options.setdefault("environ", {"HOME": "/home/anna"})
        interp = Interpreter(project, **options)
        with interp.guard():
            value = interp.evaluate(text, None, "Vagrantfile")
        return Evaluated(interp, value)

    return evaluated


@pytest.fixture
def project(run, tmp_path: Path) -> Path:
    return tmp_path / "project"
