"""What libvirt's Xen driver would be told of a machine: shown without a libvirt, and known to its schema."""

from __future__ import annotations

import subprocess
from pathlib import Path
from xml.etree import ElementTree

from serai.providers.contract import Image, Materials, Scope
from serai.providers.libvirt.xen_preview import xen_preview
from xen_site import loaded

BODY = """\
disks: {data: 1GiB, own: {path: /dev/vg0/x, format: raw}, cd: {device: cdrom}}
networks: [{private: {network: back}}, {public: {bridge: br9}}, {public: {bridge: ovs0, ovs: true}}]
providers: {xen: {type: hvm}}
"""


def test_it_needs_no_libvirt_and_its_schema_knows_it(tmp_path: Path, need) -> None:
    need("virt-xml-validate", "xmllint")
    scope = Scope(project="shop", project_id="t1", root=tmp_path, home=tmp_path)
    image = Image(reference="x", digest="sha256:1", disk=Path("/d"), kernel=Path("/k"), seed="tiny")
    xml = xen_preview(scope, loaded(BODY), Materials(image=image))
    (tmp_path / "d.xml").write_text(xml)
    done = subprocess.run(["virt-xml-validate", tmp_path / "d.xml", "domain"], capture_output=True, check=False)

    assert done.returncode == 0, done.stderr
    root = ElementTree.fromstring(xml)
    assert [each.get("dev") for each in root.iterfind("devices/disk/target")][:2] == ["xvda", "xvdb"]
    assert [each.get("type") for each in root.iterfind("devices/interface")] == [
        "bridge",
        "network",
        "bridge",
        "bridge",
    ]
    assert [each.get("path") for each in root.iter("script")] == ["vif-openvswitch"]


def test_one_without_an_uplink_has_no_card() -> None:
    scope = Scope(project="shop", project_id="t1", root=Path("/"), home=Path("/"))

    assert "<interface" not in xen_preview(scope, loaded("networks: [{uplink: none}]"), Materials())
