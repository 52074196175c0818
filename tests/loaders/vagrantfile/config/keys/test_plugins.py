"""What plugins bring is known by name."""

from __future__ import annotations

from serai.loaders.vagrantfile.config.keys.plugins import NAMESPACES, namespace


def test_a_namespace_takes_any_key_and_knows_its_own():
    for name, known in NAMESPACES.items():
        table = namespace(name)
        assert table.loose and tuple(table.keys) == known
