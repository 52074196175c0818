"""A domain of a few elements, as libvirt would give it."""

from __future__ import annotations

from collections.abc import Callable
from xml.etree import ElementTree

import pytest

Make = Callable[..., ElementTree.Element]


@pytest.fixture
def make() -> Make:
    def domain(inner: str = "", *, devices: str = "", kind: str = "qemu") -> ElementTree.Element:
        return ElementTree.fromstring(f"<domain type='{kind}'>{inner}<devices>{devices}</devices></domain>")

    return domain
