"""What of the host and of libvirt a container's XML is made of."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from serai.providers.contract import Materials
from serai.providers.libvirt.connect import opened
from serai.providers.libvirt.containers import gather
from serai.providers.libvirt.define import UPLINK
from serai.providers.libvirt.record import Record
from serai.spec.machine import Machine
from serai.spec.network import Network
from serai.util.errors import SeraiError

MATERIALS = Materials(
    networks={"back": Network(subnet="10.40.0.0/24", mtu=1400)}, addresses={"back": "10.40.0.9/24"}
)
RECORD = Record(
    name="web",
    project="shop",
    project_id="t1",
    project_root="/shop",
    uri="lxc:///",
    addresses={"back": "10.40.0.9/24", UPLINK: "192.168.122.9/24"},
)


def machine(**spec: object) -> Machine:
    return msgspec.convert({"name": "web", "provider": "libvirt", **spec}, Machine)


def test_every_card_has_the_address_that_was_reserved_for_it(pretended, uri):
    nics = [{"private": {"network": "back"}}, {"public": {"bridge": "br0", "address": "10.0.0.9/24"}}]

    site = gather.site_for(opened(uri), pretended.scope, machine(networks=nics), RECORD, MATERIALS)

    assert site.addresses == {0: "192.168.122.9/24", 1: "10.40.0.9/24", 2: "10.0.0.9/24"}
    assert site.gateway == "192.168.122.1"
    assert [link.source for link in site.links] == ["default", "serai-t1-back", "br0"]
    assert site.memory > 0
    assert site.root.endswith("/libvirt/web/rootfs")


def test_two_cards_on_a_network_have_an_address_each(pretended, uri):
    nics = [{"private": {"network": "back", "address": f"10.40.0.{number}"}} for number in (9, 8)]
    site = gather.site_for(opened(uri), pretended.scope, machine(networks=nics), RECORD, MATERIALS)
    assert site.addresses == {0: "192.168.122.9/24", 1: "10.40.0.9/24", 2: "10.40.0.8/24"}


def test_without_an_uplink_nothing_leads_out(pretended, uri):
    alone = machine(networks=[{"uplink": {"type": "none"}}, {"private": {"network": "back"}}])
    site = gather.site_for(opened(uri), pretended.scope, alone, RECORD, MATERIALS)
    assert (site.gateway, site.addresses) == ("192.168.122.1" if not site.links else "", {0: "10.40.0.9/24"})

    none = machine(container={"network_mode": "none"})
    assert gather.site_for(opened(uri), pretended.scope, none, RECORD, MATERIALS).links == ()


def test_files_and_directories_are_binds(pretended, tmp_path):
    given = machine(
        synced_folders=[{"source": "site", "target": "/srv", "type": "9p"}, {"source": ".", "target": "/copy"}],
        container={
            "dns": ["10.0.0.1"],
            "files": [{"target": "/etc/app", "content": "x"}],
            "volumes": [
                {"target": "/data", "source": "data", "read_only": True},
                {"target": "/t", "type": "tmpfs"},
            ],
        },
    )

    found = list(gather.binds(pretended.scope, given, tmp_path))

    assert [(bind.target, bind.readonly) for bind in found] == [
        ("/etc/hosts", False),
        ("/etc/resolv.conf", False),
        ("/srv", False),
        ("/data", True),
        ("/etc/app", False),
    ]
    assert found[2].source == str(pretended.scope.root / "site")


def test_a_device_or_a_file_of_settings_that_is_not_there_is_named(pretended, uri):
    for box, said in (({"devices": ["/dev/no-such"]}, "/dev/no-such"), ({"env_file": ["no.env"]}, r"no\.env")):
        given = machine(container={"network_mode": "none", **box})
        with pytest.raises(SeraiError, match=f"web: container.*{said}: No such file"):
            gather.site_for(opened(uri), pretended.scope, given, RECORD, MATERIALS)


def test_settings_come_from_the_files_and_devices_by_their_kind(pretended, uri):
    (pretended.scope.root / "app.env").write_text("# of the test\nPORT=80\n")
    given = machine(container={"network_mode": "none", "env_file": ["app.env"], "devices": ["/dev/null:/dev/x"]})

    site = gather.site_for(opened(uri), pretended.scope, given, RECORD, MATERIALS)

    assert site.environment == ("PORT=80",)
    assert [(node.path, node.block) for node in site.nodes] == [("/dev/null", False)]
    assert Path(site.nodes[0].path).exists()
