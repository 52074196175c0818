"""A real dom0: xl and libvirt answer in it, and both take every file that serai writes for xl (XEN-1, XEN-2)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from shlex import quote

import pytest

from lab.dom0 import PROGRAMS, Host, ready, started
from serai.providers.xen.render import text
from xen_site import case_names, machine_of, site_of

pytestmark = [pytest.mark.lab_long, pytest.mark.timeout(3600)]
LISTS = {"one-on-one", "pinned-each"}
"""Cases whose list of CPUs libvirt does not read."""
FLAGS = {"trusted", "untrusted", "one-untrusted"}
"""Cases with a word without a value, which libvirt does not read either."""


@pytest.fixture(scope="module")
def dom0(test_cache: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Host]:
    """Gone on with from its kept memory; made where there is none."""
    import os
    import shutil

    missing = [program for program in PROGRAMS if shutil.which(program) is None]
    if missing or os.geteuid() != 0:
        pytest.skip(f"needs {', '.join(missing) or 'root'}")
    host = started(ready(test_cache), tmp_path_factory.mktemp("dom0") / "host")
    yield host
    host.stop()


def test_it_is_a_dom0_with_both_toolstacks(dom0: Host) -> None:
    assert "Domain-0" in dom0.run("xl list").stdout
    assert "hvm" in dom0.run("xl info virt_caps").stdout
    dom0.run("virsh -c xen:///system list --all")


@pytest.mark.parametrize("case", case_names())
def test_xl_and_libvirt_take_what_is_written(dom0: Host, case: str) -> None:
    machine = machine_of(case)
    written = text(machine, site_of(machine))
    dom0.run(f"printf %s {quote(written)} >/tmp/web.cfg; xl create -n /tmp/web.cfg >/dev/null")
    if case not in LISTS | FLAGS:
        said = dom0.run("virsh -c xen:///system domxml-from-native xen-xl /tmp/web.cfg").stdout
        assert "<name>shop_web</name>" in said
