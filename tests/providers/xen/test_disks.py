"""Disks on dom0: layers over the image, files of their own, grown when the machine starts."""

from __future__ import annotations

import pytest

from serai.util.process import run

pytestmark = [pytest.mark.root, pytest.mark.engine]
both = pytest.mark.parametrize("xl", ["here", "far"], indirect=True)


def test_its_disks_are_layers_over_the_image_and_files_of_their_own(xl, driver, machine, materials, root):
    driver.create(machine("disks: {root: 128MiB, data: 32MiB, plain: {size: 16MiB, format: raw}}"), materials)

    there = root / "lib/t1/web/disks"
    assert sorted(each.name for each in there.iterdir()) == ["data.qcow2", "plain.raw", "root.qcow2"]
    told = run(["qemu-img", "info", there / "root.qcow2"]).stdout
    assert "virtual size: 128 MiB" in told
    assert str(root / "lib/images" if xl.host else materials.image.disk.parent) in told
    driver.destroy("web")


def test_disks_grow_at_the_next_start(xl, driver, machine, materials, root):
    driver.create(machine("disks: {data: 16MiB}"), materials)
    driver.start(machine("disks: {data: 32MiB}"), materials)

    assert "virtual size: 32 MiB" in run(["qemu-img", "info", root / "lib/t1/web/disks/data.qcow2"]).stdout
    driver.destroy("web")
