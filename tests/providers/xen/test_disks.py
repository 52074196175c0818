"""Disks on dom0: layers over the image, files of their own, grown when the machine starts."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace

import pytest

from serai.providers.contract import Materials
from serai.providers.xen import disks
from serai.providers.xen.record import Record
from serai.spec.pool import Pool
from serai.util.process import run
from xen_site import loaded

both = pytest.mark.parametrize("xl", ["here", "far"], indirect=True)
GONE = "/var/lib/vm/serai-t1-web-x"


def real(test: Callable[..., None]) -> Callable[..., None]:
    """On a dom0 with a stand-in for xl."""
    return pytest.mark.root(pytest.mark.engine(test))


@real
def test_its_disks_are_layers_over_the_image_and_files_of_their_own(xl, driver, machine, materials, root):
    driver.create(machine("disks: {root: 128MiB, data: 32MiB, plain: {size: 16MiB, format: raw}}"), materials)

    there = root / "lib/t1/web/disks"
    assert sorted(each.name for each in there.iterdir()) == ["data.qcow2", "plain.raw", "root.qcow2"]
    told = run(["qemu-img", "info", there / "root.qcow2"]).stdout
    assert "virtual size: 128 MiB" in told
    assert str(root / "lib/images" if xl.host else materials.image.disk.parent) in told
    driver.destroy("web")


@real
def test_disks_grow_at_the_next_start(xl, driver, machine, materials, root):
    driver.create(machine("disks: {data: 16MiB}"), materials)
    driver.start(machine("disks: {data: 32MiB}"), materials)

    assert "virtual size: 32 MiB" in run(["qemu-img", "info", root / "lib/t1/web/disks/data.qcow2"]).stdout
    driver.destroy("web")


def test_a_disk_of_another_format_takes_no_file_of_a_detached_one_and_destroy_removes_both(scope):
    said: list[str] = []
    dom0 = SimpleNamespace(run=lambda script, **_: said.append(script))
    record = Record(name="web", project="shop", project_id="t1", project_root="/", domain="web", uuid="u")
    materials = Materials(pools={"fast": Pool(path="/var/lib/vm")})

    def made(form: str) -> dict[str, str]:
        machine = loaded(f"disks: {{x: {{size: 1GiB, format: {form}, pool: fast}}}}")
        disks.make_missing(dom0, scope, record, machine, materials, said.append)
        return record.made

    assert made("qcow2") == {"x": f"{GONE}.qcow2"}
    assert made("raw")["x"] == f"{GONE}.raw"
    assert f"qemu-img create -q -f raw {GONE}.raw.new" in said[-1]
    assert {f"rm -f {GONE}.{form} {GONE}.{form}.new" for form in ("raw", "qcow2")} <= set(
        disks.remove(record).splitlines()
    )
    assert made("qcow2")["x"] == f"{GONE}.qcow2"
    assert sorted(record.made.values()) == [f"{GONE}.qcow2", f"{GONE}.raw"]
