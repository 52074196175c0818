"""Every namespace, provider and provisioner has a table that can be loaded, and no key is in two places."""

from __future__ import annotations

import pytest

from serai.loaders.vagrantfile.config import keys

PLACES = [*keys.SECTIONS.values(), *keys.PROVIDERS.values(), *keys.PROVISIONERS.values()]


@pytest.mark.parametrize("place", sorted(set(PLACES)))
def test_a_table_is_whole(place):
    table = keys.found(place)

    assert set(table.aliases.values()) <= set(table.keys)
    assert set(table.joined) <= set(table.keys)
    assert set(table.initial) <= set(table.keys)
    assert not set(table.aliases) & set(table.keys)


def test_what_nobody_knows_takes_anything():
    assert keys.provider("nobody").loose
    assert keys.provisioner("nobody").loose
    assert keys.section("nobody") is None
    assert keys.plugin("nobody") is None


def test_a_plugin_is_known_by_its_namespace_and_its_provisioner():
    table = keys.plugin("hostmanager")

    assert table is not None and table.loose and "manage_host" in table.keys
    assert keys.is_provisioner("reload") and keys.is_provisioner("shell") and not keys.is_provisioner("nobody")
