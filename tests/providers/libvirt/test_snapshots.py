"""Saved states inside a domain's disks; the test driver keeps real ones. The others: tests/e2e."""

from __future__ import annotations

from xml.etree import ElementTree
from xml.sax.saxutils import escape

import pytest

from serai.providers.contract import Scope, quiet
from serai.providers.identity import machine_uuid
from serai.providers.libvirt import connect, ledger, snapshots
from serai.providers.libvirt.record import NAMESPACE, Phase, Record, encode
from serai.spec.machine import Machine
from serai.spec.memory import Memory
from serai.util.errors import Code, SeraiError

pytest.importorskip("libvirt", reason="needs libvirt-python")


@pytest.fixture
def scope(tmp_path):
    return Scope(project="shop", project_id="ab12", root=tmp_path, home=tmp_path / "home")


@pytest.fixture
def domain(scope, uri):
    conn = connect.opened(uri)
    record = Record(
        name="web",
        project="shop",
        project_id="ab12",
        project_root=str(scope.root),
        uri=uri,
        domain="shop_web",
        uuid=machine_uuid("ab12", "web"),
        phase=Phase.MADE,
        applied=Machine(name="web", provider="libvirt"),
    )
    kept = f"<serai:machine xmlns:serai='{NAMESPACE}'>{escape(encode(record))}</serai:machine>"
    ledger.save(scope, record)
    return conn.defineXML(
        f"<domain type='test'><name>shop_web</name><uuid>{record.uuid}</uuid><memory>1024</memory>"
        f"<metadata>{kept}</metadata><os><type>hvm</type></os></domain>"
    )


def save(scope, *names):
    for name in names:
        snapshots.save(scope, "web", name, quiet)


def test_a_state_is_saved_listed_and_known_to_status(scope, domain):
    domain.create()
    save(scope, "one")
    domain.destroy()
    save(scope, "two")

    assert [(each.name, each.memory) for each in snapshots.list_all(scope, "web")] == [
        ("one", True),
        ("two", False),
    ]
    assert [each.name for each in ledger.load(scope, "web").snapshots] == ["one", "two"]


def test_going_back_brings_the_spec_of_then_back(scope, domain):
    save(scope, "one")
    with ledger.editing(scope, "web") as record:
        record.applied = Machine(name="web", provider="libvirt", memory=Memory(size=1 << 30))
        record.pending = {"memory.max": "later"}
    snapshots.restore(scope, "web", "one", quiet)
    found = ledger.load(scope, "web")

    assert found.applied == Machine(name="web", provider="libvirt")
    assert found.pending == {} and found.stopped


def test_the_life_that_is_noted_is_the_one_after_going_back(scope, domain, uri):
    domain.create()
    save(scope, "one")
    snapshots.restore(scope, "web", "one", quiet)
    now = connect.opened(uri).lookupByUUIDString(domain.UUIDString())
    assert ledger.made(scope, "web").life == now.ID()


def test_a_deleted_one_is_gone(scope, domain):
    save(scope, "one", "two")
    snapshots.delete(scope, "web", "one", quiet)

    assert [each.name for each in snapshots.list_all(scope, "web")] == ["two"]
    assert [each.name for each in ledger.load(scope, "web").snapshots] == ["two"]


def test_snapshots_of_others_are_listed_too(scope, domain):
    domain.snapshotCreateXML("<domainsnapshot><name>theirs</name></domainsnapshot>", 0)

    assert [each.name for each in snapshots.list_all(scope, "web")] == ["theirs"]


@pytest.mark.parametrize(
    ("act", "code", "said"),
    [
        (lambda scope: save(scope, "one"), Code.REFUSED, "has a snapshot one already"),
        (lambda scope: save(scope, "a/b"), Code.INPUT, "cannot be a snapshot's name"),
        (lambda scope: snapshots.restore(scope, "web", "on", quiet), Code.INPUT, "has no snapshot on"),
        (lambda scope: snapshots.delete(scope, "web", "x", quiet), Code.INPUT, "has no snapshot x"),
    ],
)
def test_what_cannot_be_is_said(scope, domain, act, code, said):
    save(scope, "one")
    with pytest.raises(SeraiError, match=said) as caught:
        act(scope)

    assert caught.value.code is code


def test_a_suspended_machine_is_not_saved(scope, domain):
    domain.create()
    domain.managedSave()
    with pytest.raises(SeraiError, match="suspended to disk"):
        save(scope, "one")


class Having:
    """A domain with snapshots of these kinds."""

    def __init__(self, *kinds):
        self.kinds = kinds

    def listAllSnapshots(self):
        return [Having.One(kind) for kind in self.kinds]

    class One:
        def __init__(self, kind):
            self.kind = kind

        def getName(self):
            return f"an-{self.kind}"

        def getXMLDesc(self):
            return f"<domainsnapshot><disks><disk snapshot='{self.kind}'/></disks></domainsnapshot>"


@pytest.mark.parametrize(
    ("kinds", "possible", "wanted"),
    [((), True, True), ((), False, False), (("internal",), True, True), (("external",), True, False)],
)
def test_the_kind_that_is_there_goes_on(kinds, possible, wanted):
    assert snapshots._kind_is_inside(Having(*kinds), "web", possible=possible) is wanted


def test_both_kinds_at_once_are_refused():
    with pytest.raises(SeraiError, match=r"snapshots inside them .an-internal") as caught:
        snapshots._kind_is_inside(Having("internal"), "web", possible=False)

    assert caught.value.code is Code.REFUSED


DISK = "<disk device='disk'><driver type='{0}'/><source file='/a'/><target dev='vda'/></disk>"
QCOW2, RAW = DISK.format("qcow2"), DISK.format("raw")


@pytest.mark.parametrize(
    ("os", "devices", "wanted"),
    [
        ("<os/>", QCOW2, True),
        ("<os/>", QCOW2 + RAW.replace("</disk>", "<readonly/></disk>"), True),
        ("<os/>", RAW, False),
        ("<os firmware='efi'/>", QCOW2, False),
        ("<os><loader type='pflash'/></os>", QCOW2, False),
        ("<os/>", f"{QCOW2}<filesystem/>", False),
        ("<os/>", f"{QCOW2}<hostdev/>", False),
    ],
)
def test_inside_the_disks_only_where_all_of_it_fits_there(os, devices, wanted):
    root = ElementTree.fromstring(f"<domain>{os}<devices>{devices}</devices></domain>")

    assert snapshots.inside(root) is wanted
