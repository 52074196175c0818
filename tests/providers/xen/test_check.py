"""What xl refuses beside what Xen does, each key with a way out."""

from __future__ import annotations

import pytest

from serai.providers.xen.check import check
from xen_site import loaded

CASES = [
    ("providers: {xen: {host: -oX}}", "providers.xen.host"),
    ('providers: {xen: {uri: "xen:///system"}}', "providers.xen.uri"),
    ("providers: {xen: {via: libvirt}}", "providers.xen.via"),
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


def test_a_plain_machine_is_taken(scope) -> None:
    assert check(loaded("image: tiny"), scope) == []
    assert (
        check(loaded("disks: {data: {path: /dev/vg0/x, format: raw}}\nproviders: {xen: {host: dom0}}"), scope)
        == []
    )
