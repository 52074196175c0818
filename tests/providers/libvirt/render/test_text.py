"""The text of a tree is what ElementTree writes of it when it is indented, whatever is in it."""

from __future__ import annotations

import copy
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from serai.providers.libvirt.record import NAMESPACE
from serai.providers.libvirt.render.text import QEMU, text_of

NAMES = st.sampled_from(["disk", "a", f"{{{QEMU}}}arg", f"{{{NAMESPACE}}}machine", "{urn:foreign}thing"])
WORDS = st.one_of(st.none(), st.text(alphabet="ab&<>\"'\r\n\t ä", max_size=4))


@st.composite
def elements(draw: st.DrawFn, depth: int = 3) -> Element:
    element = Element(draw(NAMES), draw(st.dictionaries(NAMES, WORDS.map(lambda word: word or ""), max_size=3)))
    element.text, element.tail = draw(WORDS), draw(WORDS)
    for _ in range(draw(st.integers(0, 3 if depth else 0))):
        element.append(draw(elements(depth - 1)))
    return element


def by_element_tree(root: Element) -> str:
    root = copy.deepcopy(root)
    root.tail = None
    ElementTree.indent(root)
    return ElementTree.tostring(root, encoding="unicode")


@given(elements())
@settings(max_examples=300, deadline=None)
def test_any_tree_is_written_as_elementtree_writes_it(root: Element) -> None:
    root.tail = None
    assert text_of(root) == by_element_tree(root)


@pytest.mark.parametrize("odd", [ElementTree.Comment("said"), ElementTree.ProcessingInstruction("do", "it")])
def test_a_comment_and_an_instruction_are_kept(odd: Element) -> None:
    root = Element("domain")
    root.append(odd)
    assert text_of(root) == by_element_tree(root)


def test_only_namespaces_that_are_used_are_declared() -> None:
    root = Element("domain", {"type": "kvm"})
    ElementTree.SubElement(root, "metadata")
    assert text_of(root) == '<domain type="kvm">\n  <metadata />\n</domain>'
    ElementTree.SubElement(root, f"{{{QEMU}}}commandline")
    assert text_of(root).startswith(f'<domain xmlns:qemu="{QEMU}" type="kvm">')
