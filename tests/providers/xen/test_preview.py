"""What `serai render` shows of a machine that is not made: nothing is asked, and no password is shown."""

from __future__ import annotations

import msgspec

from serai.providers.contract import Materials
from serai.providers.xen.preview import preview
from serai.spec.disk import Disk
from serai.spec.machine import Machine
from serai.spec.pool import Pool, PoolType
from xen_site import loaded


def test_nothing_is_asked_of_any_dom0(scope) -> None:
    said = preview(
        scope, loaded("disks: {data: 1GiB}\nproviders: {xen: {host: no-such-host, type: pv}}"), Materials()
    )

    assert 'name = "shop_web"' in said
    assert "target=/var/lib/serai/xen/t1/web/disks/data.qcow2" in said
    assert 'bootloader = "pygrub"' in said


def test_a_volume_of_lvm_is_a_device(scope) -> None:
    materials = Materials(pools={"fast": Pool(type=PoolType.LOGICAL, source="vg0"), "dir": Pool(path="/srv")})
    said = preview(scope, pooled(), materials)

    assert "format=raw,vdev=xvda,access=rw,target=/dev/vg0/serai-t1-web-a" in said
    assert "target=/srv/serai-t1-web-b.qcow2" in said


def pooled() -> Machine:
    return msgspec.structs.replace(
        loaded("providers: {xen: {type: pv}}"),
        disks={"a": Disk(size=1 << 30, pool="fast"), "b": Disk(size=1 << 30, pool="dir")},
    )


def test_a_password_is_not_shown(scope) -> None:
    (scope.root / "vnc.txt").write_text("secret\n")
    machine = loaded("devices: {graphics: {type: vnc, listen: 127.0.0.1, password_file: vnc.txt}}")

    assert "secret" not in preview(scope, machine, Materials())
