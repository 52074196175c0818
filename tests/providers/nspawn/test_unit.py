"""How a container is started and held to its limits."""

from __future__ import annotations

import pytest

from serai.providers.container_binds import Node
from serai.providers.container_cards import Card
from serai.providers.nspawn import unit
from serai.providers.nspawn.site import Site
from serai.spec.container import Container
from serai.spec.machine import Machine

SITE = Site(name="m", hostname="web", directory="/s", nodes=(Node("/dev/kvm", "/dev/kvm", "c 10:232 rw"),))


def test_the_hosts_network_needs_no_namespace():
    host = Site(name="m", hostname="web", directory="/s", cards=(Card(kind="none"),))

    assert any("--net=" in word for word in unit.words(SITE))
    assert not any("--net=" in word for word in unit.words(host))


@pytest.mark.parametrize(("cpus", "said"), [(0.5, "50%"), (2, "200%"), (1.25, "125%")])
def test_parts_of_a_cpu_are_hundredths(cpus, said):
    assert unit.properties(Machine(name="web", container=Container(cpus=cpus))) == {"CPUQuota": said}


def test_devices_that_it_is_given_can_be_opened():
    assert "c 10:232 rw" in unit.device_rules(Machine(name="web"), SITE)
    assert unit.device_rules(Machine(name="web", container=Container(privileged=True)), SITE) == ["a"]
    assert "DeviceAllow=/dev/kvm rw\n" in unit.drop_in(Machine(name="web"), SITE, "ip")
