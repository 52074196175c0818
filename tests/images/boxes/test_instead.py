"""The official image of the same system, for boxes that everybody knows."""

from __future__ import annotations

import pytest

from serai.images import catalogue
from serai.images.boxes import instead


@pytest.mark.parametrize(
    ("box", "image"),
    [
        ("debian/bookworm64", "debian:12"),
        ("debian/contrib-bullseye64", "debian:11"),
        ("debian/trixie64", "debian:13"),
        ("generic/debian12", "debian:12"),
        ("bento/debian-12", "debian:12"),
        ("bento/debian-12.5", "debian:12"),
        ("cloud-image/debian-13", "debian:13"),
        ("ubuntu/focal64", "ubuntu:20.04"),
        ("ubuntu/jammy64", "ubuntu:22.04"),
        ("generic/ubuntu2204", "ubuntu:22.04"),
        ("bento/ubuntu-24.04", "ubuntu:24.04"),
        ("bento/ubuntu-22.04-arm64", "ubuntu:22.04"),
        ("centos/stream9", "centos-stream:9"),
        ("generic/centos9s", "centos-stream:9"),
        ("almalinux/9", "almalinux:9"),
        ("almalinux/8.v1", "almalinux:8"),
        ("generic/alma9", "almalinux:9"),
        ("rockylinux/9", "rocky:9"),
        ("generic/rocky8", "rocky:8"),
        ("bento/rockylinux-9.3", "rocky:9"),
        ("fedora/42-cloud-base", "fedora:42"),
        ("generic/fedora43", "fedora:43"),
        ("opensuse/Tumbleweed.x86_64", "opensuse:tumbleweed"),
        ("opensuse/Leap-15.6.x86_64", "opensuse:15.6"),
        ("archlinux/archlinux", "arch:latest"),
        ("generic/alpine319", "alpine:3.22"),
        ("alpine/alpine64", "alpine:3.22"),
    ],
)
def test_a_well_known_box_has_an_official_image_that_serai_knows(box: str, image: str):
    assert instead.official(box) == image
    assert catalogue.lookup(image) is not None


@pytest.mark.parametrize(
    "box", ["shop/base", "ubuntu/trusty64", "centos/7", "gusztavvargadr/windows-10", "debian"]
)
def test_another_box_has_none(box: str):
    assert instead.official(box) is None


def test_what_a_person_takes_instead_is_kept_until_it_is_taken_back():
    assert instead.taken("ubuntu/jammy64") is None
    instead.take("ubuntu/jammy64", "ubuntu:22.04")
    assert instead.taken("ubuntu/jammy64") == "ubuntu:22.04"
    assert instead.all_taken() == {"ubuntu/jammy64": "ubuntu:22.04"}
    assert instead.forget("ubuntu/jammy64") and not instead.forget("ubuntu/jammy64")
    assert instead.taken("ubuntu/jammy64") is None
