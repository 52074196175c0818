"""Classes of the library are declared with their place among the others."""

from __future__ import annotations

import pytest

from serai.loaders.vagrantfile.ruby.library import register
from serai.loaders.vagrantfile.ruby.library.register import declare


@pytest.fixture
def tables(monkeypatch):
    for name in ("ANCESTORS", "PARENTS"):
        monkeypatch.setattr(register, name, dict(getattr(register, name)))
    return register


def test_a_class_has_its_parent_s_ancestors_after_what_it_includes(tables):
    declare("Box", "Object", "Comparable")
    declare("Crate", "Box")
    declare("Tools", None)

    assert tables.ANCESTORS["Box"] == ("Box", "Comparable", "Object", "Kernel")
    assert tables.ANCESTORS["Crate"] == ("Crate", "Box", "Comparable", "Object", "Kernel")
    assert tables.ANCESTORS["Tools"] == ("Tools",) and tables.PARENTS["Tools"] is None
