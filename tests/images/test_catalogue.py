"""The catalogue: names, URLs, checksum files."""

from __future__ import annotations

import pytest

from serai.images import catalogue
from serai.images.checksums import find_digest
from serai.util.errors import SeraiError

A, B, LONG = "a" * 64, "b" * 64, "c" * 128


def url(name: str, arch: str = "amd64") -> tuple[str, str]:
    entry = catalogue.lookup(name)
    assert entry is not None
    return entry.urls(arch)[0]


def test_every_entry_gives_https_urls_without_gaps():
    for name in catalogue.names():
        entry = catalogue.lookup(name)
        assert entry is not None
        for arch in entry.arches:
            for address in entry.urls(arch)[0]:
                assert address.startswith("https://")
                assert not {"{", "}", " "} & set(address)
                assert "//images" not in address[8:] and "--" not in address
            assert entry.firmware_of(arch)


def test_known_addresses():
    assert url("debian:12") == (
        "https://cloud.debian.org/images/cloud/bookworm/latest/debian-12-genericcloud-amd64.qcow2",
        "https://cloud.debian.org/images/cloud/bookworm/latest/SHA512SUMS",
    )
    assert url("fedora:43", "arm64")[0].endswith(
        "43/Cloud/aarch64/images/Fedora-Cloud-Base-Generic-43-1.6.aarch64.qcow2"
    )
    assert url("alpine:3.22")[1].endswith("nocloud_alpine-3.22.4-x86_64-bios-cloudinit-r0.qcow2.sha512")


def test_a_name_without_version_is_the_newest():
    assert catalogue.lookup("debian") == catalogue.lookup("debian:13")
    assert catalogue.lookup("debian:12-cloud") == catalogue.lookup("debian:12")
    assert catalogue.lookup("nothing") is None
    assert catalogue.lookup("debian:99") is None


def test_an_architecture_that_the_vendor_does_not_make_is_refused():
    entry = catalogue.lookup("arch")
    assert entry is not None
    with pytest.raises(SeraiError, match="only for amd64"):
        entry.urls("arm64")


@pytest.mark.parametrize(
    ("text", "digest"),
    [
        (f"{B}  other.qcow2\n{A}  disk.qcow2\n", f"sha256:{A}"),
        (f"{A} *disk.qcow2\n", f"sha256:{A}"),
        (f"{A}  ./disk.qcow2\n", f"sha256:{A}"),
        (f"# disk.qcow2: 5 bytes\nSHA256 (other) = {B}\nSHA256 (disk.qcow2) = {A}\n", f"sha256:{A}"),
        (f"{LONG}\n", f"sha512:{LONG}"),
        (
            f"-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\nSHA256 (disk.qcow2) = {A.upper()}\n",
            f"sha256:{A}",
        ),
    ],
)
def test_checksum_files_of_all_vendors_are_read(text: str, digest: str):
    assert find_digest(text, "disk.qcow2", source="u") == digest


@pytest.mark.parametrize(
    ("text", "why"),
    [("<html>login</html>", "web page"), (f"{A}  other\n", "no digest for disk"), ("", "no digest")],
)
def test_a_file_without_the_digest_is_refused(text: str, why: str):
    with pytest.raises(SeraiError, match=why):
        find_digest(text, "disk.qcow2", source="u")
