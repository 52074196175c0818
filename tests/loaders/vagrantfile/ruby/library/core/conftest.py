"""Cases that a real Ruby has answered: `data/NAME.rb` are those of `test_NAME.py`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from serai.util.errors import SeraiError

Interpreter = Any

HERE = Path(__file__).parent
MARK = "  #=> "
HARNESS = """
begin
  answer = (
{}
  ).inspect
rescue Exception => error
  answer = "#{{error.class}}: #{{error.message.lines.first.to_s.chomp}}"
end
$answer = answer
"""


class Case(msgspec.Struct, frozen=True):
    """A line of a data file."""

    expression: str
    expected: str


def cases_of(path: Path) -> list[Case]:
    lines = [line for line in path.read_text().splitlines() if line and not line.startswith("#")]
    return [Case(*line.split(MARK, 1)) for line in lines]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "case" in metafunc.fixturenames:
        path = HERE / "data" / (metafunc.module.__name__.rsplit(".", 1)[-1].removeprefix("test_") + ".rb")
        found = cases_of(path)
        metafunc.parametrize("case", found, ids=[case.expression[:60] for case in found])


@pytest.fixture
def rt(tmp_path: Path) -> Interpreter:
    """A runtime, for functions of the library that take one."""
    interpreter = pytest.importorskip("serai.loaders.vagrantfile.ruby.interpreter")
    return interpreter.Interpreter(tmp_path, environ={}, say=lambda text: None)


@pytest.fixture
def answer(rt: Interpreter, tmp_path: Path) -> Callable[[str], str]:
    """What the evaluator says to an expression: `inspect`, or the error's class and first line."""

    def evaluate(expression: str) -> str:
        path = tmp_path / "Vagrantfile"
        path.write_text(HARNESS.format(expression))
        try:
            rt.run_file(path)
        except SeraiError as error:
            return f"refused: {error.message}"
        said: str = rt.globals["$answer"].s
        return said

    return evaluate
