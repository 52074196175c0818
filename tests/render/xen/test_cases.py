"""Given a machine, this xl.cfg and this XML: xl's own reader and libvirt's own converter read the same machine."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

import xen_native
from serai.providers.xen.render import text
from serai.util.errors import Code, SeraiError
from xen_meaning import ONLY_XL, UNREAD, said, xml_of
from xen_site import CASES, case_names, loaded, machine_of, site_of


def rendered(case: str) -> str:
    machine = machine_of(case)
    return text(machine, site_of(machine))


def read_back(case: str) -> dict[str, Any]:
    if not xen_native.is_there():
        pytest.skip("needs libvirt-daemon-driver-xen")
    return xen_native.converted(json.dumps({name: rendered(name) for name in case_names()}))[case]


@pytest.mark.parametrize("case", case_names())
@pytest.mark.parametrize(("file", "language"), [("expected.cfg", rendered), ("expected.xml", xml_of)])
def test_a_machine_renders_as_expected(
    case: str, file: str, language: Any, request: pytest.FixtureRequest
) -> None:
    found = language(case)
    expected = CASES / case / file
    if request.config.getoption("--regenerate", default=False):
        expected.write_text(found)
    assert found == expected.read_text()


@pytest.mark.parametrize("case", case_names())
def test_xl_reads_every_key_and_every_disk(case: str) -> None:
    seen = read_back(case)["keys"]
    codes = seen.pop("disk codes")
    lines = [line for line in rendered(case).splitlines() if line[:1].isalpha()]

    assert set(codes) == {0}
    assert list(seen) == [line.partition(" = ")[0] for line in lines]


@pytest.mark.parametrize("case", case_names())
def test_libvirt_reads_the_machine_that_our_own_xml_is(case: str) -> None:
    seen = read_back(case)
    if case in UNREAD:
        assert UNREAD[case] in seen["error"]
    elif case not in ONLY_XL:
        assert said(seen["xml"]) == said(xml_of(case))


@pytest.mark.parametrize("case", case_names())
def test_the_schema_of_libvirt_knows_all_of_the_xml(case: str, need: Any, tmp_path: Path) -> None:
    need("virt-xml-validate", "xmllint")
    import subprocess

    (tmp_path / "domain.xml").write_text(xml_of(case))
    words = ["virt-xml-validate", str(tmp_path / "domain.xml"), "domain"]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


NASTY = ["a'b", 'a"b', "back\\slash", "semi;colon", "name='x' other=1", "#comment", "ü", "tab"]


@pytest.mark.parametrize("value", NASTY)
def test_a_text_is_one_text_whatever_is_in_it(value: str) -> None:
    machine = loaded("image: tiny")
    raw = msgspec.structs.replace(machine.providers.xen, kernel="/boot/k", cmdline=value)
    machine = msgspec.structs.replace(machine, providers=msgspec.structs.replace(machine.providers, xen=raw))
    if not xen_native.is_there():
        pytest.skip("needs libvirt-daemon-driver-xen")
    config = text(machine, site_of(machine))

    assert xen_native.converted(json.dumps({"x": config}))["x"]["keys"]["cmdline"] == value


@pytest.mark.parametrize("value", ["two\nlines", "both ' and \"", "nul\0"])
def test_a_text_that_xl_cannot_be_told_is_refused(value: str) -> None:
    machine = loaded("image: tiny")
    raw = msgspec.structs.replace(machine.providers.xen, kernel="/boot/k", cmdline=value)
    machine = msgspec.structs.replace(machine, providers=msgspec.structs.replace(machine.providers, xen=raw))

    with pytest.raises(SeraiError) as caught:
        text(machine, site_of(machine))

    assert caught.value.code is Code.INPUT
    assert caught.value.message.startswith("cmdline: ")
