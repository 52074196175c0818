"""A copy of a stopped machine. With real guests: tests/e2e."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

from serai.providers.contract import Materials
from serai.providers.libvirt import ledger
from serai.providers.libvirt.clone import shared
from serai.providers.libvirt.connect import opened
from serai.providers.libvirt.driver import Libvirt
from serai.providers.libvirt.record import Record, Volume
from serai.spec.disk import Disk
from serai.spec.machine import Machine
from serai.spec.raw import LibvirtRaw, Raw
from serai.util.errors import SeraiError
from serai.util.units import MIB

DISKS = {"data": Disk(size=64 * MIB)}
WEB = Machine(name="web", provider="libvirt", disks=DISKS)
COPY = Machine(name="copy", provider="libvirt", disks=DISKS)


def test_a_copy_has_volumes_and_an_identity_of_its_own(pretended: Libvirt, uri: str) -> None:
    pretended.create(WEB, Materials())
    pretended.clone("web", COPY, Materials())
    conn = opened(uri)

    assert sorted(conn.storagePoolLookupByName("default").listVolumes()) == [
        "shop-t1_copy_data.qcow2",
        "shop-t1_web_data.qcow2",
    ]
    web, copy = (ledger.made(pretended.scope, name) for name in ("web", "copy"))
    assert web.uuid != copy.uuid and web.instance_id != copy.instance_id
    assert not set(web.macs) & set(copy.macs)
    assert set(pretended.observe()) == {"web", "copy"}


def test_one_that_runs_is_not_copied(pretended: Libvirt) -> None:
    pretended.create(WEB, Materials())
    pretended.start(WEB, Materials())
    with pytest.raises(SeraiError, match="web is not off"):
        pretended.clone("web", COPY, Materials())


def test_one_that_is_there_is_not_replaced(pretended: Libvirt) -> None:
    pretended.create(WEB, Materials())
    pretended.create(COPY, Materials())
    with pytest.raises(SeraiError, match="copy exists already"):
        pretended.clone("web", COPY, Materials())


def test_a_copy_stays_with_its_originals_libvirt(pretended: Libvirt) -> None:
    pretended.create(WEB, Materials())
    other = Machine(name="copy", provider="libvirt", providers=Raw(libvirt=LibvirtRaw(uri="test:///default")))
    with pytest.raises(SeraiError, match="stays with its original's libvirt"):
        pretended.clone("web", other, Materials())


@pytest.mark.parametrize(
    ("path", "wanted"),
    [
        ("/pool/serai-0123.qcow2", ("/pool/serai-0123.qcow2", "qcow2")),
        ("/pool/web_root.qcow2", None),  # frozen by a snapshot of the original: copied along
        ("", None),
    ],
)
def test_only_what_is_shared_anyway_stays_below_the_copy(path: str, wanted: tuple[str, str] | None) -> None:
    store = f"<backingStore><path>{path}</path><format type='qcow2'/></backingStore>" if path else ""
    volumes = (Volume(pool="default", name="web_root.qcow2", disk="root", frozen=True),)
    source = Record(name="web", project="shop", project_id="1", project_root="/p", uri="", volumes=volumes)

    assert shared(ElementTree.fromstring(f"<volume>{store}</volume>"), source) == wanted
