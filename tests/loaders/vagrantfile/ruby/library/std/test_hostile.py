"""Whatever a method of the standard library is given, only Ruby's errors and serai's come out of it."""

from __future__ import annotations

import random
from importlib import import_module
from pathlib import Path

import pytest

from serai.loaders.vagrantfile.ruby.bounds import Limits
from serai.loaders.vagrantfile.ruby.interpreter import Interpreter
from serai.loaders.vagrantfile.ruby.library import std
from serai.loaders.vagrantfile.ruby.library.register import INSTANCE, OWN, STD
from serai.loaders.vagrantfile.ruby.values import Array, Hash, Object, Proc, Range, Regexp, Str, Sym
from serai.util.errors import SeraiError

MADE = {
    "Set": "Set[1, 2]",
    "IPAddr": 'IPAddr.new("10.0.0.1/24")',
    "Time": "Time.at(5)",
    "Date": "Date.new(2020)",
    "DateTime": "DateTime.new(2020)",
    "Pathname": 'Pathname("a/b")',
    "StringIO": 'StringIO.new(+"abc")',
    "StringScanner": 'StringScanner.new("abc")',
    "Struct": "Struct.new(:a).new(1)",
    "ERB": 'ERB.new("x")',
    "OpenStruct": "OpenStruct.new(a: 1)",
    "Rational": "Rational(1, 2)",
    "BigDecimal": 'BigDecimal("1.5")',
    "Gem::Version": 'Gem::Version.new("1.2")',
    "Gem::Requirement": 'Gem::Requirement.new("> 1")',
    "Gem::Dependency": 'Gem::Dependency.new("a")',
    "URI::Generic": 'URI("http://a/b")',
    "Logger": "Logger.new(nil)",
    "OptionParser": "OptionParser.new",
    "GetoptLong": "GetoptLong.new",
    "Digest::Base": "Digest::MD5.new",
    "Dir": 'Dir.new(".")',
    "IO": "STDOUT",
    "File::Stat": 'File.stat(".")',
    "Thread": "Thread.new { 1 }",
    "Mutex": "Mutex.new",
    "Benchmark::Tms": "Benchmark.measure { }",
}
"""Class → what makes one of it."""
CALLS = 3
"""Of each method."""


def odd(interp: Interpreter, chance: random.Random) -> object:
    return chance.choice(
        [
            *(
                None,
                True,
                -1,
                0,
                3,
                2**70,
                1.5,
                float("nan"),
                float("inf"),
                Str(""),
                Str("x"),
                Str("a\0b"),
                Sym("a"),
            ),
            *(Str("../../.."), Str("\udcff"), Str("%Y-%m"), Array(), Array([1, Str("x")]), Hash(), Regexp("a")),
            *(Hash([(Sym("a"), 1)], keywords=True), Range(1, None), Range(None, 3), interp.constant("String")),
            *(Object(interp.constant("Object")), Proc(lambda args, block=None, me=None: None)),
        ]
    )


def methods() -> list[tuple[str, str, bool]]:
    """Class, method, and whether it is the class's own."""
    for name in set(STD.values()):
        import_module(f"{std.__name__}.{name}")
    of_instances = [(kind, name, False) for kind in MADE for name in INSTANCE.get(kind, ())]
    of_classes = [
        (kind, name, True) for kind, names in OWN.items() if kind.partition("::")[0] in STD for name in names
    ]
    return sorted(of_instances + of_classes)


@pytest.mark.parametrize("seed", range(CALLS))
@pytest.mark.timeout(120)
def test_nothing_else_comes_out(seed, tmp_path: Path):
    chance = random.Random(seed)
    seen = methods()

    for kind, name, own in seen:
        interp = Interpreter(
            tmp_path, environ={"HOME": "/home/anna"}, limits=Limits(size=20 << 20, printed=1 << 16)
        )
        try:
            with interp.guard():
                receiver = interp.constant(kind) if own else interp.evaluate(MADE[kind], None, "Vagrantfile")
                block = Proc(lambda args, block=None, me=None: None) if chance.random() < 0.5 else None
                interp.send(receiver, name, [odd(interp, chance) for _ in range(chance.randint(0, 3))], block)
        except SeraiError:
            pass

    assert len(seen) > 800
    assert list(tmp_path.iterdir()) == []
