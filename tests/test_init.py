"""What the import of serai leaves behind."""

from __future__ import annotations

import subprocess
import sys


def loaded(first: str) -> str:
    script = f"import sys\n{first}\nimport serai, msgspec\nprint('inspect' in sys.modules)\n"
    script += "import typing_extensions\nprint(hasattr(typing_extensions, 'TypeVar'))"
    return subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout


def test_msgspec_comes_without_inspect_and_typing_extensions_can_be_had_after() -> None:
    assert loaded("").split() == ["False", "True"]


def test_one_that_is_there_already_is_left_alone() -> None:
    assert loaded("import typing_extensions").split() == ["True", "True"]


SCHEMA = """
import sys, serai, msgspec
print("textwrap" in sys.modules)
class Point(msgspec.Struct):
    '''Two
       lines.'''
print(msgspec.json.schema(Point)["$defs"]["Point"]["description"].split(), "textwrap" in sys.modules)
"""


def test_textwrap_waits_until_a_schema_needs_it() -> None:
    done = subprocess.run([sys.executable, "-c", SCHEMA], capture_output=True, text=True, check=True)
    assert done.stdout.split("\n")[:2] == ["False", "['Two', 'lines.'] True"]
