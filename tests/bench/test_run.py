"""Benchmarks in real guests, as short as they can be."""

from __future__ import annotations

import msgspec
import pytest

from serai.bench.report import Report

pytestmark = [pytest.mark.engine, pytest.mark.slow]


def test_disks_are_compared_in_a_guest_and_nothing_is_left(serai, home_with_images, tmp_path):
    serai.root.mkdir()
    out, picture = tmp_path / "disk.json", tmp_path / "disk.svg"
    serai("bench", "disk", "io", "bus", "--rounds", "1", "--size", "4M", "-o", str(out), "--picture", str(picture))
    found = msgspec.json.decode(out.read_bytes(), type=Report)
    assert [case.name for case in found.cases] == ["io", "bus"]
    assert [variant.name for variant in found.cases[1].variants] == ["virtio", "scsi", "sata", "nvme"]
    assert all(sample > 0 for case in found.cases for variant in case.variants for sample in variant.samples)
    assert picture.read_text().startswith("<svg")
    assert not list((home_with_images / "projects").glob("*"))


def test_cards_are_compared_and_what_this_host_lacks_is_said(serai, home_with_images):
    serai.root.mkdir()
    done = serai("bench", "net", "card", "vhost", "--rounds", "1", "--size", "1M", "--json")
    card, vhost = msgspec.json.decode(done.stdout, type=Report).cases
    assert [variant.name for variant in card.variants] == ["virtio", "e1000", "e1000e", "rtl8139"]
    assert vhost.not_measurable


def test_memory_that_was_taken_at_start_is_compared_with_memory_that_is_not(serai, home_with_images):
    serai.root.mkdir()
    done = serai("bench", "memory", "prealloc", "--rounds", "1", "--size", "16M")
    assert "taken at start" in done.stdout and "MiB/s" in done.stdout


@pytest.mark.root
def test_libvirt_is_measured_with_what_it_can_do_and_the_rest_is_named(serai, home_with_images, libvirtd):
    serai.root.mkdir()
    done = serai("bench", "disk", "bus", "--provider", "libvirt", "--rounds", "1", "--size", "1M", "--json")
    found = msgspec.json.decode(done.stdout, type=Report)
    [case] = found.cases
    names = [variant.name for variant in case.variants]
    assert names[:3] == ["virtio", "scsi", "sata"]
    assert "nvme" in names or "without nvme (disks.d.bus: libvirt" in case.question
    assert found.host["disks in"]


@pytest.mark.root
def test_two_machines_of_libvirt_send_to_each_other_through_networks_of_its_own(serai, home_with_images, libvirtd):
    serai.root.mkdir()
    done = serai("bench", "net", "latency", "--provider", "libvirt", "--rounds", "1", "--json")
    [case] = msgspec.json.decode(done.stdout, type=Report).cases
    assert [variant.name for variant in case.variants] == ["virtio", "e1000", "e1000e", "rtl8139"]
