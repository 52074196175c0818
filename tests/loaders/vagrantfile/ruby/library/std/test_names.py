"""Each name brings the module that enters it, and a plain file brings none."""

from __future__ import annotations

import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

from serai.loaders.vagrantfile.ruby.library import std
from serai.loaders.vagrantfile.ruby.library.register import CONSTANTS, INSTANCE, LATE, OWN, PARENTS, REQUIRES, STD

PACKAGE = std.__name__
FILES = {path.stem for path in Path(std.__file__).parent.glob("*.py")} - {"__init__", "names"}


@pytest.mark.parametrize("name", STD)
def test_each_constant_is_entered_by_its_module(name):
    import_module(f"{PACKAGE}.{STD[name]}")

    assert name in PARENTS or name in CONSTANTS or name in OWN


@pytest.mark.parametrize("name", LATE)
def test_each_late_method_is_entered_by_its_module(name):
    import_module(f"{PACKAGE}.{LATE[name]}")

    assert any(name in methods for methods in INSTANCE.values())


def test_each_file_is_brought_by_a_name_or_another_file():
    inner = {"paths", "moment", "strftime", "when", "psych_dump", "psych_scalar"}

    assert FILES - inner == {module for module in (*STD.values(), *REQUIRES.values(), *LATE.values()) if module}


def test_what_is_required_is_there(run):
    names = " ".join(name for name in REQUIRES if name)

    assert run(f"%w[{names}].each {{ |name| require name }}.size").value == str(len(names.split()))


def test_a_module_of_the_file_finds_them_the_first_time(tmp_path):
    """In a process of its own: here, other tests have brought them already."""
    values = "RUBY_PLATFORM.class, STDOUT.class, ENV.key?('X'), CSV.class, File::SEPARATOR"
    (tmp_path / "Vagrantfile").write_text(f"module M; def self.all; [{values}]; end; end\nputs M.all.inspect\n")

    assert alone(tmp_path, "print(*interp.printed)") == '[String, IO, false, Class, "/"]\n\n'


def alone(project: Path, after: str) -> str:
    """What a process prints that runs a Vagrantfile, and then a line of Python."""
    program = (
        "import sys\nfrom pathlib import Path\n"
        "from serai.loaders.vagrantfile.ruby.interpreter import Interpreter\n"
        f"project = Path({str(project)!r})\n"
        "interp = Interpreter(project, environ={})\n"
        "interp.run_file(project / 'Vagrantfile')\n"
        f"{after}\n"
    )
    return subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout


def test_a_plain_file_brings_none_of_them(tmp_path):
    (tmp_path / "Vagrantfile").write_text('a = [1, 2].map { |n| "web-#{n}" }\nputs a.join(", ")\n')
    after = f"print(*[name for name in sys.modules if name.startswith({PACKAGE + '.'!r})])"

    assert alone(tmp_path, after).split() == [f"{PACKAGE}.names"]
