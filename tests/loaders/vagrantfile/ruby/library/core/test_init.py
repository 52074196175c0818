"""A class that is looked at has all of its methods, and brings no other's."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from serai.loaders.vagrantfile.ruby.library.core import PARTS

SCRIPT = """
import json, sys
from serai.loaders.vagrantfile.ruby.library import core
from serai.loaders.vagrantfile.ruby.library.register import INSTANCE, OWN, CONSTANTS, PARENTS
core.enter("Kernel")
core.enter(sys.argv[1]) if sys.argv[1] != "all" else core.enter_all()
of = {kind: [sorted(INSTANCE.get(kind, ())), sorted(OWN.get(kind, ())), kind in PARENTS,
             sorted(name for name in CONSTANTS if name.startswith(kind + "::"))] for kind in {*INSTANCE, *OWN}}
print(json.dumps([of, sorted(name.rpartition(".")[2] for name in sys.modules if ".library.core." in name)]))
"""


def entered(kind: str) -> tuple[dict[str, list], list[str]]:
    done = subprocess.run([sys.executable, "-c", SCRIPT, kind], capture_output=True, text=True, check=True)
    methods, modules = json.loads(done.stdout)
    return methods, modules


@pytest.fixture(scope="module")
def whole() -> dict[str, list]:
    return entered("all")[0]


@pytest.mark.parametrize("kind", PARTS)
def test_a_class_alone_has_what_it_has_with_all_others(kind, whole):
    assert entered(kind)[0].get(kind) == whole.get(kind)


def test_every_class_has_its_parts(whole):
    assert set(whole) - set(PARTS) <= {"Random", "Enumerator", "Enumerator::Yielder"}, "Kernel brings these"
    assert whole.keys() >= {"Random", "Enumerator", "Enumerator::Yielder"} <= entered("Kernel")[0].keys()


def test_an_object_alone_brings_no_strings_and_arrays():
    assert {"string_case", "array_combine", "hash_change", "range"}.isdisjoint(entered("Kernel")[1])
