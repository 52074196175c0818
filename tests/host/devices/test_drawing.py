"""The drawing is XML with every device once, its verdict in words, and nothing from elsewhere (GPU-3)."""

from __future__ import annotations

from itertools import pairwise
from xml.etree import ElementTree as ET

import msgspec
import pytest

from serai.host.devices.drawing import MARGIN, SMALL, WIDTH, draw
from serai.host.devices.inventory import inventory
from serai.host.facts.host import Facts
from serai.host.facts.source import Source

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def workstation(captured):
    return inventory(Facts(Source(captured("workstation"))))


def texts(svg, kind=None):
    return [each.text for each in svg.iter(f"{SVG}text") if kind is None or each.get("class") == kind]


def boxes(svg, kind):
    return [each for each in svg.iter(f"{SVG}rect") if kind in each.get("class", "").split()]


def test_every_device_is_there_once_with_its_verdict(workstation):
    svg = ET.fromstring(draw(workstation, "a title"))

    assert sorted(text for text in texts(svg, "code") if "." in text) == sorted(
        each.address for each in workstation.devices
    )
    assert sorted(texts(svg, "word")) == sorted(each.verdict for each in workstation.devices)


def test_groups_are_boxes_and_shared_ones_are_marked(workstation):
    svg = ET.fromstring(draw(workstation, "a title"))

    assert len(boxes(svg, "group")) == len(workstation.groups)
    assert len(boxes(svg, "shared")) == 1
    assert texts(svg, "blocks") == ["blocks group 5", "blocks group 5"]


def test_nothing_is_drawn_over_something_else_or_outside(workstation):
    svg = ET.fromstring(draw(workstation, "a title"))
    height = float(svg.get("height"))
    spans = sorted((float(each.get("y")), float(each.get("height"))) for each in boxes(svg, "card"))

    assert all(top + tall <= below for (top, tall), (below, _) in pairwise(spans))
    assert spans[-1][0] + spans[-1][1] < height
    for each in svg.iter(f"{SVG}rect"):
        assert float(each.get("x", 0)) + float(each.get("width")) <= float(svg.get("width"))


def test_the_legend_stays_within_the_picture(workstation):
    svg = ET.fromstring(draw(workstation, "a title"))
    lowest = max(float(each.get("y")) for each in svg.iter(f"{SVG}text"))
    legend = [each for each in svg.iter(f"{SVG}text") if float(each.get("y")) == lowest]

    assert len(legend) == 5
    assert all(float(each.get("x")) + SMALL * len(each.text) <= WIDTH - MARGIN for each in legend)


def test_a_device_without_a_name_has_its_ids_beside_its_makers(workstation):
    svg = ET.fromstring(draw(workstation, "a title"))

    assert "PCI bridge: Red Hat, Inc. 1b36:000e" in texts(svg)


def test_names_of_devices_are_data(workstation):
    evil = msgspec.structs.replace(workstation.devices[0], name='<script>"&')
    found = msgspec.structs.replace(workstation, devices=(evil, *workstation.devices[1:]))

    assert any('<script>"&' in text for text in texts(ET.fromstring(draw(found, "<&"))))


def test_it_needs_nothing_from_elsewhere_and_follows_the_readers_colours(workstation):
    text = draw(workstation, "a title").decode()

    assert text.count("http") == 1  # the name of SVG's own language
    assert "prefers-color-scheme: dark" in text
    assert draw(workstation, "a title").decode() == text


def test_why_nothing_can_be_given_stands_at_the_top(captured):
    found = inventory(Facts(Source(captured("no-remapping"))))

    svg = ET.fromstring(draw(found, "x"))
    assert any("interrupts are not remapped" in text for text in texts(svg, "blocks"))
    assert not any("interrupts are not remapped" in text for text in texts(svg, "quiet"))
