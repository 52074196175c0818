"""Huge pages on the kernel's command line: what is asked for already stays."""

from __future__ import annotations

from host_cases import write
from serai.host.facts.host import Facts
from serai.host.facts.source import Source
from serai.host.tunings.boot_pages import on_command_line, pairs, value
from serai.util.units import GIB, MIB


def facts(root, **files):
    write(root, {name.replace("__", "/"): text for name, text in files.items()})
    return Facts(Source(root))


def test_a_count_is_of_the_size_before_it():
    assert pairs("hugepages=2 hugepagesz=1G hugepages=0:4,1:4 quiet hugepagesz=2M") == {0: "2", GIB: "0:4,1:4"}
    assert pairs("hugepagesz=what hugepages=1") == {0: "1"}


def test_nodes_are_named_where_there_are_some_and_the_kernel_knows_it(tmp_path):
    new, old = facts(tmp_path, proc__sys__kernel__osrelease="6.1.0"), facts(tmp_path / "usr")
    (tmp_path / "proc/sys/kernel/osrelease").write_text("6.1.0")

    assert value(new, {0: 4, 1: 4}) == "0:4,1:4"
    assert value(new, {0: 4, 1: 0}) == "0:4"
    assert value(new, {-1: 4}) == value(new, {0: 4}) == "4"
    assert value(old, {0: 4, 1: 4}) == "0:4,1:4"


def test_a_bare_count_stays_first(tmp_path):
    host = facts(tmp_path, etc__kernel__cmdline="hugepages=7 quiet hugepagesz=1G hugepages=1", usr__sbin__x="")
    assert on_command_line(host, {GIB: "2"}) is None
    write(tmp_path, {"usr/sbin/update-grub": "", "etc/default/grub": 'GRUB_CMDLINE_LINUX="hugepages=7"\n'})

    change = on_command_line(Facts(Source(tmp_path)), {GIB: "2", 2 * MIB: "3"})

    assert change.add == ("hugepages=7", "hugepagesz=1G", "hugepages=2", "hugepagesz=2M", "hugepages=3")
