"""Images on another host's dom0: pushed once, whole, and gone with the last machine on them."""

from __future__ import annotations

import pytest

from xen_site import left

pytestmark = [pytest.mark.root, pytest.mark.engine]


def test_an_image_is_pushed_once_and_leaves_with_the_last_machine_on_it(far, driver, materials, root, scope):
    from xen_site import loaded

    one, two = (loaded("image: small\nproviders: {xen: {host: far}}") for _ in range(2))
    import msgspec

    two = msgspec.structs.replace(two, name="db")
    said: list[str] = []
    driver.create(one, materials, said.append)
    assert sum("pushing" in line for line in said) == 3
    said.clear()
    driver.create(two, materials, said.append)
    assert [line for line in said if "pushing" in line] == []

    pushed = root / "lib/images/ab12ab12ab12ab12"
    assert sorted(each.name for each in pushed.iterdir()) == ["disk.qcow2", "initrd", "kernel"]
    driver.destroy("web")
    assert pushed.exists()
    driver.destroy("db")
    assert left(root) == []


def test_half_of_an_image_is_pushed_again(far, driver, materials, root):
    from xen_site import loaded

    pushed = root / "lib/images/ab12ab12ab12ab12"
    pushed.mkdir(parents=True)
    (pushed / "kernel").write_text("the ker")
    driver.create(loaded("image: small\nproviders: {xen: {host: far}}"), materials)

    assert (pushed / "kernel").read_text() == materials.image.kernel.read_text()
    driver.destroy("web")
