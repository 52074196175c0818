"""Which box of a catalogue is taken: the newest version that fits, for whom and what it was wanted."""

from __future__ import annotations

from typing import Any

import pytest

from box_files import catalogue, entry
from serai.images.boxes.catalog import Choice, choose, digest, parse
from serai.util.errors import Code, SeraiError

HEX = {"md5": 32, "sha1": 40, "sha256": 64, "sha384": 96, "sha512": 128}


def pick(data: bytes, constraint: str | None = None, *, arch: str | None = "auto", **said: Any) -> Choice:
    return choose(
        parse(data, "https://a.example/c.json"),
        source="https://a.example/c.json",
        constraint=constraint,
        providers=said.get("providers", ("libvirt",)),
        architecture=arch,
        host=said.get("host", "amd64"),
    )


def of(url: str, provider: str = "libvirt", **more: Any) -> dict[str, Any]:
    return entry(url, provider=provider, **more)


MANY = catalogue(
    "a/b",
    v1_0=[of("http://x/1.0")],
    v1_2_9=[of("http://x/1.2.9")],
    v1_10=[of("http://x/1.10")],
    v2_0=[of("http://x/2.0", "virtualbox")],
)


@pytest.mark.parametrize(
    ("constraint", "version"),
    [(None, "1.10"), ("~> 1.2.0", "1.2.9"), ("1.0", "1.0"), (">= 1.0, < 1.10", "1.2.9"), ("!= 1.10", "1.2.9")],
)
def test_the_newest_that_meets_every_constraint_is_taken(constraint: str | None, version: str):
    assert pick(MANY, constraint).version == version


def test_of_one_version_the_best_provider_is_taken():
    data = catalogue("a/b", v1=[of("http://x/v", "virtualbox"), of("http://x/l")])
    assert pick(data, providers=("libvirt", "virtualbox")).provider == "libvirt"
    assert pick(MANY, providers=("libvirt", "virtualbox")).version == "2.0"
    assert pick(MANY, providers=()).version == "2.0"


ARCHES = catalogue(
    "a/b",
    v1=[
        of("http://x/arm", architecture="arm64"),
        of("http://x/amd", architecture="amd64", default_architecture=True),
    ],
)


def test_the_architecture_is_this_hosts_the_stated_one_or_the_default():
    assert pick(ARCHES, host="arm64").url == "http://x/arm"
    assert pick(ARCHES, arch="arm64").url == "http://x/arm"
    assert pick(ARCHES, arch="x86_64").url == "http://x/amd"
    assert pick(ARCHES, arch=None, host="arm64").url == "http://x/amd"
    with pytest.raises(SeraiError, match=r"riscv64, only for libvirt \(arm64\)"):
        pick(ARCHES, host="riscv64")


def test_a_box_that_does_not_know_its_architecture_fits_every_host():
    unknown = catalogue("a/b", v1=[of("http://x/u", architecture="unknown", default_architecture=True)])
    assert pick(unknown, host="arm64").url == "http://x/u"
    assert pick(unknown).architecture is None
    assert pick(catalogue("a/b", v1=[of("http://x/u")]), host="arm64").url == "http://x/u"
    with pytest.raises(SeraiError, match="on arm64"):
        pick(catalogue("a/b", v1=[of("http://x/u")]), arch="arm64")


def test_a_withdrawn_version_is_not_taken():
    text = MANY.replace(b'"version": "1.10"', b'"version": "1.10", "status": "revoked"')
    assert pick(text).version == "1.2.9"


def test_a_relative_address_begins_at_the_catalogue():
    assert pick(catalogue("a/b", v1=[of("boxes/1.box")])).url == "https://a.example/boxes/1.box"


@pytest.mark.parametrize(
    ("constraint", "said", "why"),
    [
        ("> 9", {}, "no version meets > 9: it has 2.0, 1.10"),
        (None, {"providers": ("hyperv",)}, r"no box for hyperv on amd64, only for virtualbox \(any"),
    ],
)
def test_what_cannot_be_had_says_what_there_is(constraint: str | None, said: dict[str, Any], why: str):
    with pytest.raises(SeraiError, match=why) as caught:
        pick(MANY, constraint, **said)
    assert caught.value.code is Code.MISSING


def test_a_constraint_that_is_none_is_a_mistake_of_the_file():
    with pytest.raises(SeraiError, match="no constraint") as caught:
        pick(MANY, "newest")
    assert caught.value.code is Code.INPUT


@pytest.mark.parametrize("data", [b"[]", b"{", b'{"versions": 3}', b"<html>", b'{"versions": [{"version": 1}]}'])
def test_a_catalogue_that_is_none_is_told(data: bytes):
    with pytest.raises(SeraiError) as caught:
        parse(data, "https://a.example")
    assert caught.value.code is Code.CORRUPT


@pytest.mark.parametrize("kind", HEX)
def test_a_checksum_is_of_a_type_that_is_said_or_seen(kind: str):
    text = "A" * HEX[kind]
    assert digest(text, kind) == digest(text, None) == digest(f"{kind}:{text}", None) == f"{kind}:{text.lower()}"


@pytest.mark.parametrize(
    ("text", "kind"), [("abc", None), ("a" * 64, "md5"), ("g" * 64, "sha256"), ("a" * 8, "crc32")]
)
def test_what_is_no_checksum_is_told(text: str, kind: str | None):
    with pytest.raises(SeraiError):
        digest(text, kind)


def test_no_checksum_is_none():
    assert digest(None, "sha1") is None and digest("", None) is None


def test_a_password_in_the_catalogues_address_is_not_told():
    with pytest.raises(SeraiError) as caught:
        choose(
            parse(b"{}", "a"),
            source="https://ann:hidden@a.example/c.json",
            constraint=None,
            providers=(),
            architecture=None,
            host="amd64",
        )
    assert "https://a.example/c.json" in str(caught.value)
    assert "hidden" not in str(caught.value)
