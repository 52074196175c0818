"""Whether the host drops what guests send."""

from __future__ import annotations

import pytest

from serai.providers.libvirt.firewall import NOTE, judge

DOCKER = "-P INPUT ACCEPT\n-P FORWARD DROP\n-N DOCKER-USER\n-A FORWARD -j DOCKER-USER\n"


@pytest.mark.parametrize(
    ("rules", "said"),
    [
        ("-P FORWARD ACCEPT\n", ""),
        (DOCKER, NOTE),
        (DOCKER + "-A FORWARD -j LIBVIRT_FWX\n", ""),
        (DOCKER + "-A DOCKER-USER -j ACCEPT\n", ""),
        (DOCKER + "-A DOCKER-USER -j RETURN\n", NOTE),
    ],
)
def test_dockers_policy_is_seen(rules: str, said: str) -> None:
    assert judge(rules) == said
