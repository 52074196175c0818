"""The tree of Ruby's exceptions."""

from __future__ import annotations

import subprocess

from ruby_cases import interpreter
from serai.loaders.vagrantfile.ruby.library.register import PARENTS


def exceptions(interp):
    error = interp.constant("Exception")
    found = {}
    for name in list(PARENTS):
        module = interp.builtin(name)
        if module is not None and error in interp.ancestors(module):
            chain = [m.name for m in interp.ancestors(module)]
            found[name] = chain[: chain.index("Exception") + 1]
    return found


def test_each_has_the_ancestors_that_it_has_in_ruby(need, tmp_path):
    need("ruby")
    known = {
        name: chain for name, chain in exceptions(interpreter(tmp_path)).items() if name.split("::")[0] in CORE
    }
    ask = (
        "ARGV.each { |n| puts Object.const_get(n).ancestors.take_while { |m| m != Object }.grep(Class).join(' ') }"
    )

    told = subprocess.run(["ruby", "-e", ask, *known], check=True, capture_output=True, text=True).stdout

    assert len(known) > 40
    assert dict(zip(known, told.splitlines(), strict=True)) == {n: " ".join(c) for n, c in known.items()}


CORE = {
    *(
        "Exception",
        "NoMemoryError",
        "ScriptError",
        "SecurityError",
        "SignalException",
        "StandardError",
        "SystemExit",
    ),
    *(
        "SystemStackError",
        "LoadError",
        "NotImplementedError",
        "SyntaxError",
        "Interrupt",
        "ArgumentError",
        "IOError",
    ),
    *("EncodingError", "FiberError", "IndexError", "LocalJumpError", "NameError", "RangeError", "RegexpError"),
    *(
        "RuntimeError",
        "SystemCallError",
        "ThreadError",
        "TypeError",
        "ZeroDivisionError",
        "NoMatchingPatternError",
    ),
    *("UncaughtThrowError", "EOFError", "KeyError", "StopIteration", "NoMethodError", "FloatDomainError"),
    *("FrozenError", "NoMatchingPatternKeyError", "Errno"),
}
"""Without those that a library brings."""
