"""Volumes on top of each other: which of them are still needed."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import pytest

from serai.providers.contract import Scope
from serai.providers.libvirt import chains
from serai.providers.libvirt.record import Record, Volume
from serai.providers.libvirt.volumes import current

SCOPE = Scope(project="shop", project_id="1", root=Path("/p"), home=Path("/h"))


def volume(name: str, disk: str = "root", *, frozen: bool = False) -> Volume:
    return Volume(pool="default", name=name, disk=disk, frozen=frozen)


def record(*volumes: Volume) -> Record:
    return Record(name="web", project="shop", project_id="1", project_root="/p", uri="", volumes=volumes)


def test_a_new_volume_has_a_number_that_none_has():
    state = record(volume("shop-1_web_root.qcow2"), volume("shop-1_web_root.1.qcow2"))

    assert chains.next_volume(SCOPE, state, "root", "fast") == Volume(
        pool="fast", name="shop-1_web_root.2.qcow2", disk="root"
    )


def test_what_the_guest_wrote_to_is_frozen_when_it_goes_on_in_another():
    state = record(volume("a"), volume("data", "data"), volume("b", frozen=True))
    chains.shift(state, {"root": volume("b")})

    assert current(state, "root").name == "b"
    assert current(state, "data").name == "data"
    assert [each.name for each in state.volumes if each.frozen] == ["a"]


class Domain:
    def __init__(self, file: str):
        self.file = file

    def XMLDesc(self, flags):
        disk = f"<disk device='disk'><source file='{self.file}'/><target dev='vda'/></disk>"
        return f"<domain><devices>{disk}</devices></domain>"


def test_the_domain_is_believed_when_a_killed_run_noted_nothing():
    pytest.importorskip("libvirt", reason="needs libvirt-python")
    state = record(volume("a"), volume("b", frozen=True))

    assert chains.settle(Domain("/pool/b"), state)
    assert current(state, "root").name == "b"
    assert not chains.settle(Domain("/pool/b"), state)


def test_only_disks_that_are_written_to_count():
    disks = (
        "<disk device='disk'><source file='/a'/><target dev='vda'/></disk>"
        "<disk device='disk'><source dev='/dev/b'/><target dev='vdb'/></disk>"
        "<disk device='disk'><source file='/seed'/><target dev='vdc'/><readonly/></disk>"
        "<disk device='cdrom'><source file='/cd'/><target dev='sda'/></disk>"
    )
    root = ElementTree.fromstring(f"<domain><devices>{disks}</devices></domain>")

    assert chains.sources(root) == {"vda": "/a", "vdb": "/dev/b"}


TREE = {"base": "/i/image", "one": "/p/base", "two": "/p/one", "left": "/p/one", "top": "/p/two"}
"""image <- base <- one <- two <- top, and one <- left."""


def tree(*frozen: str) -> list[Volume]:
    return [volume(name, frozen=name in frozen) for name in TREE]


def test_what_nothing_stands_on_is_removed_from_the_top_down():
    mine = [*tree("base", "one", "two", "left"), volume("leaf", frozen=True)]
    parents = {**TREE, "leaf": "/p/left"}

    assert chains._unused(mine, parents, {"/p/two"}) == ["leaf", "left"]


def test_what_a_snapshot_lies_in_stays():
    mine = tree("base", "one", "two", "left")

    assert chains._unused(mine, TREE, {"/p/left"}) == []


@pytest.mark.parametrize(
    ("needed", "without", "wanted"),
    [
        (set(), (), "two"),
        ({"/p/two"}, (), ""),  # a snapshot lies in it
        (set(), ("top",), ""),  # nothing is known of the top
    ],
)
def test_what_only_the_present_needs_is_merged_into_it(needed, without, wanted):
    parents = {name: path for name, path in TREE.items() if name not in without}

    assert chains._single("top", parents, needed) == wanted


def test_what_two_stand_on_is_not_merged():
    assert chains._single("two", TREE, set()) == ""


def test_the_image_is_never_merged():
    assert chains._single("base", {"base": "/i/image"}, set()) == ""


class Conn:
    def __init__(self, uri):
        self.uri = uri

    def getURI(self):
        return self.uri


class Off:
    def isActive(self):
        return 0


class Found:
    def path(self):
        return "/nowhere/root.2.qcow2"


@pytest.mark.parametrize("uri", ["qemu+ssh://host/system", "qemu:///system"])
def test_what_cannot_be_reached_from_here_is_merged_while_the_machine_runs(monkeypatch, uri):
    monkeypatch.setattr("serai.providers.libvirt.volumes.found", lambda conn, volume: Found())
    said: list[str] = []

    assert not chains._merge(Conn(uri), Off(), volume("root.2.qcow2"), "root.1.qcow2", "", said.append)
    assert said == ["root.1.qcow2 is merged when a snapshot is deleted while the machine runs"]
