"""Domains as libvirt's files have them: sizes in units, sets of processors and nodes, addresses of devices."""

from __future__ import annotations

import pytest

from host_cases import write
from serai.host.facts.domains import Domains
from serai.host.facts.source import Source, Unknown

RICH = """
<domain><name>web</name><memory unit='MiB'>512</memory>
  <cputune><vcpupin vcpu='0' cpuset='2-3,^3'/><vcpupin vcpu='1' cpuset='5'/></cputune>
  <numatune><memory mode='strict' nodeset='0-1'/></numatune>
  <os><type machine='q35'>hvm</type><loader>/l</loader><nvram template='/t'>/n</nvram></os>
  <devices><emulator>/usr/bin/qemu-system-x86_64</emulator>
    <hostdev mode='subsystem' type='pci'><source>
      <address domain='0x0' bus='0x1a' slot='0x02' function='0x1'/></source></hostdev>
    <hostdev type='usb'><source><address bus='1' device='2'/></source></hostdev>
  </devices></domain>
"""


def test_all_that_it_asks_of_the_host_is_read(tmp_path):
    write(tmp_path, {"etc/libvirt/qemu/web.xml": RICH, "etc/libvirt/qemu/networks": None})
    (domain,) = Domains(Source(tmp_path)).all

    assert (domain.name, domain.memory, domain.machine) == ("web", 512 << 20, "q35")
    assert (domain.pins, domain.nodes) == ({2, 5}, {0, 1})
    assert domain.devices == ("0000:1a:02.1",)
    assert (domain.loader, domain.template) == ("/l", "/t")


def test_what_is_not_said_is_empty_and_memory_is_in_kib(tmp_path):
    write(tmp_path, {"etc/libvirt/qemu/a.xml": "<domain><name>a</name><memory>1024</memory></domain>"})
    (domain,) = Domains(Source(tmp_path)).all

    assert domain.memory == 1 << 20
    assert (domain.machine, domain.pins, domain.nodes, domain.devices) == ("", frozenset(), frozenset(), ())


def test_a_file_that_is_no_xml_says_nothing(tmp_path):
    write(tmp_path, {"etc/libvirt/qemu/a.xml": "<domain>"})
    with pytest.raises(Unknown, match="no XML"):
        _ = Domains(Source(tmp_path)).all
