"""Cases that a real Ruby has answered: `data/NAME.rb` are those of `test_NAME.py`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from serai.loaders.vagrantfile.ruby.bounds import Limits
from serai.loaders.vagrantfile.ruby.interpreter import Interpreter
from serai.util.errors import SeraiError

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
    return Interpreter(tmp_path, environ={}, say=lambda text: None)


@pytest.fixture
def bounded(tmp_path: Path) -> Interpreter:
    """One with little time, for what must not end."""
    limits = Limits(steps=300_000, seconds=0.4)
    return Interpreter(tmp_path, environ={}, limits=limits, say=lambda text: None)


def answered(rt: Interpreter, expression: str) -> str:
    path = rt.project / "Vagrantfile"
    path.write_text(HARNESS.format(expression))
    try:
        rt.run_file(path)
    except SeraiError as error:
        return f"refused: {error.message}"
    said: str = rt.globals["$answer"].s
    return said


@pytest.fixture
def answer(rt: Interpreter) -> Callable[[str], str]:
    """What the evaluator says to an expression: `inspect`, or the error's class and first line."""
    return lambda expression: answered(rt, expression)


@pytest.fixture
def answer_soon(bounded: Interpreter) -> Callable[[str], str]:
    return lambda expression: answered(bounded, expression)
