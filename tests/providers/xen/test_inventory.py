"""Whose the domains of a dom0 are: xl's, or libvirt's, which knows those that are off."""

from __future__ import annotations

import pytest

from serai.providers.xen.inventory import foreign
from serai.util.errors import SeraiError

pytestmark = [pytest.mark.root, pytest.mark.engine]


def test_the_inventories_of_xl_and_of_libvirt_are_told_apart(both_inventories, here, driver) -> None:
    assert foreign("") == [("other", "xl on this host"), ("off", "xen:///system")]
    assert foreign("xen:///system") == [("off", "xen:///system")]
    with pytest.raises(SeraiError, match="libvirt on this host has no domain 'other'"):
        driver.take("other", "web", "xen:///system")
    with pytest.raises(SeraiError, match="leads to no dom0"):
        foreign("xen+tls://dom0/system")


def test_a_dom0_without_libvirt_has_xls_domains_alone(both_inventories, root) -> None:
    (root / "programs/virsh").write_text(
        "#!/bin/sh\necho 'error: failed to connect to the hypervisor' >&2; exit 1\n"
    )

    assert foreign("") == [("other", "xl on this host")]
    with pytest.raises(SeraiError, match="libvirt does not run there"):
        foreign("xen:///system")
