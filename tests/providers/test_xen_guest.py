"""What a machine is as a guest of Xen: kinds, starts, places of disks, command lines."""

from __future__ import annotations

import pytest

from serai.providers.xen_guest import features, for_xen, kind_of, spots, start_of, vif_of
from serai.spec.xen import XenType
from xen_site import loaded


@pytest.mark.parametrize(
    ("body", "kernel", "kind"),
    [
        ("", False, XenType.HVM),
        ("", True, XenType.PVH),
        ("firmware: uefi", True, XenType.HVM),
        ("providers: {xen: {bootloader: pygrub}}", False, XenType.PVH),
        ("providers: {xen: {kernel: /k}}", False, XenType.PVH),
        ("providers: {xen: {type: pv}}", False, XenType.PV),
    ],
)
def test_its_kind_is_stated_or_follows_from_how_it_starts(body: str, kernel: bool, kind: XenType) -> None:
    assert kind_of(loaded(body), kernel=kernel) is kind


def test_pv_without_a_kernel_finds_one_by_pygrub() -> None:
    start = start_of(loaded("providers: {xen: {type: pv}}"), XenType.PV, kernel="", ramdisk="", cmdline="")

    assert (start.bootloader, start.cmdline) == ("pygrub", "console=hvc0")


def test_an_images_kernel_is_given_xens_console() -> None:
    assert for_xen("console=ttyS0,115200 root=/dev/vda1 quiet", XenType.PV) == "console=hvc0 root=/dev/xvda1 quiet"
    assert for_xen("quiet", XenType.HVM) == "quiet console=hvc0"


def test_disks_have_places_that_do_not_collide_with_drives() -> None:
    machine = loaded(
        "disks: {root: 1GiB, a: 1GiB, b: 1GiB, ro: {size: 1GiB, readonly: true}, cd: {device: cdrom}}"
    )
    names = ["root", "a", "b", "ro", "cd", "seed"]

    hvm = spots(machine, names, XenType.HVM)
    assert {name: spot.vdev for name, spot in hvm.items()} == {
        "root": "xvda", "a": "xvdb", "b": "xvde", "ro": "xvdf", "cd": "hdd", "seed": "hdc",
    }  # fmt: skip
    assert [name for name, spot in hvm.items() if spot.cdrom] == ["cd", "seed"]
    assert [spot.vdev for spot in spots(machine, names, XenType.PV).values()] == [
        f"xvd{each}" for each in "abcdef"
    ]


def test_one_cards_words_win_over_those_of_all() -> None:
    machine = loaded('providers: {xen: {vif: {rate: 1MB/s, ip: 10.0.0.1}, vifs: {"1": {rate: 2MB/s}}}}')

    assert (vif_of(machine, 0).rate, vif_of(machine, 1).rate, vif_of(machine, 1).ip) == (
        "1MB/s",
        "2MB/s",
        "10.0.0.1",
    )


def test_flags_have_libxls_names() -> None:
    assert features(loaded("cpu: {features: {LAHF_LM: false, sse4.1: true}}")) == {
        "lahf-lm": False,
        "sse4-1": True,
    }
