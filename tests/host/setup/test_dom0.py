"""A plain host becomes a dom0: what Xen is told, on which hosts, and what stands already."""

from __future__ import annotations

import pytest

from serai.host.changes.file import WriteFile
from serai.host.setup.asked import Asked
from serai.host.setup.dom0 import FILE, xen_dom0
from serai.util.errors import Code, SeraiError
from serai.util.process import run
from serai.util.units import GIB
from setup_hosts import facts, host

DEBIAN = {"ID": "debian", "VERSION_ID": "12"}
GRUB = {"usr/sbin/update-grub": "", "usr/sbin/grub-mkconfig": ". /etc/default/grub.d/", "boot/grub/grub.cfg": ""}


def debian(root, *, gib=16, cpus="0-7", **files):
    """A Debian host that boots by GRUB."""
    there = {"proc/meminfo": f"MemTotal: {gib * GIB // 1024} kB\n", "sys/devices/system/cpu/online": f"{cpus}\n"}
    return facts(host(root, DEBIAN, files={**GRUB, **there, **files}))


def entry(planned):
    return next(change for change in planned.changes if isinstance(change, WriteFile))


@pytest.mark.parametrize(
    ("gib", "cpus", "words"),
    [
        (16, "0-7", "dom0_mem=2048M,max:2048M dom0_max_vcpus=4 dom0_vcpus_pin"),
        (3, "0", "dom0_mem=1024M,max:1024M dom0_max_vcpus=1 dom0_vcpus_pin"),
        (256, "0-63", "dom0_mem=8192M,max:8192M dom0_max_vcpus=4 dom0_vcpus_pin"),
    ],
)
def test_dom0_has_a_share_of_the_host_and_keeps_to_it(tmp_path, gib, cpus, words):
    planned = xen_dom0(debian(tmp_path, gib=gib, cpus=cpus), Asked())

    assert planned.changes[0].title().startswith("install xen-system-amd64")
    assert f'GRUB_CMDLINE_XEN="$GRUB_CMDLINE_XEN {words}"' in entry(planned).text
    assert "XEN_OVERRIDE_GRUB_DEFAULT=1" in entry(planned).text
    assert entry(planned).owes == ("update-grub",)


def test_the_title_of_the_default_entry_is_there_where_a_host_has_no_submenus(tmp_path):
    planned = xen_dom0(debian(tmp_path, **{"etc/default/grub": "GRUB_DISABLE_SUBMENU=y\n"}), Asked())
    said = run(["sh", "-c", f'. {tmp_path}/etc/default/grub; {entry(planned).text}echo "$GRUB_DISABLE_SUBMENU"'])
    assert said.stdout == "false\n"


def test_a_person_states_the_share(tmp_path):
    planned = xen_dom0(debian(tmp_path), Asked(memory=3 * GIB, cpus=1))
    assert "dom0_mem=3072M,max:3072M dom0_max_vcpus=1" in entry(planned).text


def test_a_dom0_that_sees_its_share_alone_keeps_it(tmp_path):
    first = entry(xen_dom0(debian(tmp_path / "plain"), Asked()))
    later = debian(tmp_path / "dom0", gib=1, cpus="0", **{FILE.lstrip("/"): first.text})
    assert entry(xen_dom0(later, Asked())).text == first.text


def test_a_host_without_memory_for_guests_is_refused(tmp_path):
    with pytest.raises(SeraiError, match="none left for guests") as refused:
        xen_dom0(debian(tmp_path, gib=1), Asked())
    assert "--memory" in refused.value.hint


def test_another_boot_tool_is_named_and_what_is_to_be_done_by_hand(tmp_path):
    files = {"usr/bin/grub-mkconfig": "", "boot/grub/grub.cfg": "", "proc/meminfo": "MemTotal: 16000000 kB\n"}
    with pytest.raises(SeraiError, match="not written by grub-mkconfig") as refused:
        xen_dom0(facts(host(tmp_path, DEBIAN, files=files)), Asked())
    assert refused.value.code is Code.UNSUPPORTED
    assert "GRUB_CMDLINE_XEN" in refused.value.hint
