"""What xl refuses beside what Xen does, each key with a way out."""

from __future__ import annotations

import msgspec
import pytest

from serai.providers.xen.check import check
from serai.spec.xen import Via
from xen_meaning import ONLY_XL, UNREAD
from xen_site import case_names, loaded, machine_of

CASES = [
    ("providers: {xen: {host: -oX}}", "providers.xen.host"),
    ('providers: {xen: {uri: "xen:///system"}}', "providers.xen.uri"),
    ("providers: {xen: {via: libvirt, host: dom0}}", "providers.xen.host"),
    ("providers: {xen: {via: libvirt, uri: qemu:///system}}", "providers.xen.uri"),
    ("image: tiny\nproviders: {xen: {via: libvirt, cap: 50}}", "providers.xen.cap"),
    ("providers: {xen: {via: libvirt, config: {device_model_args: [-x]}}}", "providers.xen.config"),
    ("providers: {xen: {via: libvirt, vif: {trusted: false}}}", "providers.xen.vif.trusted"),
    ("disks: {data: {size: 1GiB, cache: none}}\nproviders: {xen: {via: libvirt}}", "disks.cache"),
    ("networks: [{public: {network_name: lan}}]", "networks[0].public.network_name"),
    ("networks: [{public: {address: 10.0.0.2/24}}]", "networks[0].public.bridge"),
    ("disks: {data: {path: own.raw, format: raw}}\nproviders: {xen: {host: dom0}}", "disks.data.path"),
    ("disks: {data: {path: /no/such.raw, format: raw}}", "disks.data.path"),
    ("providers: {xen: {config: {name: x}}}", "providers.xen.config.name"),
    ('providers: {xen: {config: {extra: "a\\nb"}}}', "providers.xen.config.extra"),
    ('providers: {xen: {cmdline: "both \' and \\""}}', "providers.xen.cmdline"),
    ('providers: {xen: {vifs: {"1": {rate: 1MB/s}}}}', "providers.xen.vifs.1"),
]


@pytest.mark.parametrize(("body", "key"), CASES)
def test_it_is_refused_by_name(body: str, key: str, scope) -> None:
    problems = check(loaded(body), scope)

    assert any(f"{key}: " in each.message for each in problems), problems
    assert all(each.hint for each in problems)


@pytest.mark.parametrize("case", case_names())
def test_by_libvirt_nothing_is_taken_that_libvirt_does_not_read(case: str, scope) -> None:
    machine = machine_of(case)
    raw = msgspec.structs.replace(machine.providers.xen, via=Via.LIBVIRT, host=None)
    by_libvirt = msgspec.structs.replace(machine, providers=msgspec.structs.replace(machine.providers, xen=raw))
    lost = [each for each in check(by_libvirt, scope) if "libvirt does not read it" in each.message]

    if case in (*UNREAD, *ONLY_XL):
        assert lost, case
    if case in ("pv", "pvh", "hvm", "uefi", "nested", "framebuffer", "screen", "pygrub"):
        assert lost == [], case


def test_a_plain_machine_is_taken(scope) -> None:
    assert check(loaded("image: tiny"), scope) == []
    assert check(loaded("image: tiny\nproviders: {xen: {via: libvirt}}"), scope) == []
    assert (
        check(loaded("disks: {data: {path: /dev/vg0/x, format: raw}}\nproviders: {xen: {host: dom0}}"), scope)
        == []
    )
