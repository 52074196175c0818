"""`explain`: a key's meaning, from the spec types."""

from __future__ import annotations

import pytest

from serai.loaders.explain import explain
from serai.loaders.file import Block, ProjectFile
from serai.loaders.schema import records
from serai.loaders.shape import record
from serai.loaders.yaml.expand import known_keys
from serai.util.errors import SeraiError


def test_a_size():
    found = explain("memory.size")

    assert (found.description, found.type, found.default) == ("memory at start", "size with its unit", "512MiB")
    assert found.examples == ["512M", "4GiB"]


@pytest.mark.parametrize(
    ("key", "kind"),
    [
        ("memory", "block"),
        ("ready.within", "duration"),
        ("cpus", "whole number from 1 to 4096"),
        ("cpu.nested", "true or false"),
        ("image", "text"),
        ("disks.bus", "one of fdc, nvme, sata, scsi, virtio"),
        ("disks", "map of block by name"),
        ("env", "map of text by name"),
        ("networks", "list of block"),
        ("after", "map of one of provisioned, ready, started, succeeded by name"),
        ("each", "map or list"),
        ("hooks.after_up", "list of block"),
    ],
)
def test_types_are_words(key, kind):
    assert explain(key).type == kind


@pytest.mark.parametrize(
    ("key", "same"),
    [
        ("machines.web.memory.size", "memory.size"),
        ("disks.data.cache", "disks.cache"),
        ("networks[0].forwarded_port.guest", "networks.forwarded_port.guest"),
        ("hooks.after_start.run", "hooks.run"),
        ("defaults.cpu.model", "cpu.model"),
    ],
)
def test_names_and_numbers_may_be_in_it(key, same):
    one, other = explain(key), explain(same)

    assert (one.description, one.type, one.default) == (other.description, other.type, other.default)


def test_keys_of_the_file_come_after_those_of_a_machine():
    assert "forwarded ports" in explain("networks").description
    assert "subnet" in explain("networks.subnet").description


def test_a_block_names_its_keys_and_its_short_form():
    found = explain("networks.forwarded_port")

    assert "Short: `8080:80`" in found.about
    assert found.keys["auto_correct"] == "take the next free port when this one is taken"


@pytest.mark.parametrize(("key", "ident"), [("cpu.model", "CPU-1"), ("networks", "NET-1"), ("count", "VAG-12")])
def test_the_ids_of_the_guide_are_named(key, ident):
    assert ident in explain(key).ids


@pytest.mark.parametrize(
    ("key", "message"),
    [
        ("memory.siz", "memory.siz: no such key, did you mean 'size'?"),
        ("memroy", "memroy: no such key, did you mean 'memory'?"),
        ("memory.size.x", "memory.size.x: no such key, it has no keys"),
        ("networks.subnat", "networks.subnat: no such key, did you mean 'subnet'?"),
        ("hooks.after_strat", "hooks.after_strat: no such key, did you mean 'after_start'?"),
        ("zzz", "zzz: no such key, there are after, aliases, arch"),
        ("", "no key to explain"),
    ],
)
def test_an_unknown_key_is_an_error(key, message):
    with pytest.raises(SeraiError) as caught:
        explain(key)
    assert caught.value.message.startswith(message)


def test_every_key_of_a_machine_can_be_explained_and_says_something():
    for key in known_keys(record(Block)):
        assert explain(key).description, key


def test_every_record_describes_itself():
    undescribed = [shape.cls.__name__ for shape in records(record(ProjectFile)) if not shape.cls.__doc__]

    assert undescribed == []
