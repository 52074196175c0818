"""OpenStruct answers as Ruby does."""

from __future__ import annotations

import subprocess
import sys

from ruby_expressions import PROJECT, wrong

OWN_WINS = """
import sys
from pathlib import Path
from serai.loaders.vagrantfile.ruby.interpreter import Interpreter
interp = Interpreter(Path(sys.argv[1]), environ={})
with interp.guard():
    text = "OpenStruct.new(open: 1, system: 2, to_yaml: 3).then { |o| [o.open, o.system, o.to_yaml] }.inspect"
    print(interp.evaluate(text, None, "Vagrantfile").s)
"""


def test_each_expression_is_answered_as_by_ruby():
    assert wrong("openstruct") == {}


def test_a_field_goes_before_a_method_that_is_not_entered_yet():
    """`open` is entered with File's module: no other test may have done it."""
    done = subprocess.run([sys.executable, "-c", OWN_WINS, PROJECT], capture_output=True, text=True, check=True)
    assert done.stdout == "[1, 2, 3]\n"
