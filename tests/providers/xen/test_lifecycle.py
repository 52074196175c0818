"""A machine's life by xl, here and over ssh, against a stand-in that keeps state: each act may come again."""

from __future__ import annotations

import pytest

from serai.providers.contract import State
from serai.providers.xen import place
from serai.util.errors import SeraiError
from xen_site import left, state_of

pytestmark = [pytest.mark.root, pytest.mark.engine]
both = pytest.mark.parametrize("xl", ["here", "far"], indirect=True)


@both
def test_it_is_made_started_stopped_and_destroyed_and_nothing_is_left(xl, driver, machine, materials, root):
    web = machine("disks: {data: 32MiB}")
    driver.create(web, materials)
    driver.create(web, materials)
    assert state_of(driver) is State.STOPPED

    driver.start(web, materials)
    driver.start(web, materials)
    assert state_of(driver) is State.RUNNING
    assert xl.domains() == ["shop_web"]
    driver.mark("web", {}, ready=True)
    assert state_of(driver) is State.READY

    assert driver.stop("web", budget=5)
    assert driver.stop("web", budget=5)
    assert state_of(driver) is State.STOPPED
    driver.destroy("web")
    driver.destroy("web")
    assert driver.observe() == {}
    assert xl.domains() == []
    assert left(root) == []


def test_one_is_ready_although_the_clock_was_set_back_since_its_start(driver, machine, materials, monkeypatch):
    driver.create(machine(), materials)
    driver.start(machine(), materials)
    monkeypatch.setattr("time.time", lambda: 5.0)
    driver.mark("web", {}, ready=True)
    assert state_of(driver) is State.READY


@pytest.mark.parametrize("fault", ["slow-once", "slow-qemu-once"])
def test_a_dom0_that_was_too_slow_once_is_asked_again(xl, driver, machine, materials, fault):
    spec = machine()
    driver.create(spec, materials)
    xl.fault(fault)
    driver.start(spec, materials)
    assert sum(call.startswith("create") for call in xl.calls()) == 2
    assert driver.observe()["web"].state is State.RUNNING
    driver.destroy("web")


def test_one_that_stays_too_slow_is_given_up_with_the_cause(xl, driver, machine, materials):
    spec = machine()
    driver.create(spec, materials)
    xl.fault("slow")
    with pytest.raises(SeraiError, match="vif-bridge online because of timeout"):
        driver.start(spec, materials)
    assert sum(call.startswith("create") for call in xl.calls()) == 3
    assert xl.domains() == []


def test_it_is_paused_and_goes_on(xl, driver, machine, materials):
    driver.create(machine(), materials)
    driver.start(machine(), materials)
    driver.suspend("web")
    driver.suspend("web")
    assert state_of(driver) is State.PAUSED

    driver.start(machine(), materials)
    assert state_of(driver) is State.RUNNING
    driver.destroy("web")


@both
def test_its_memory_goes_to_disk_and_comes_back(xl, driver, machine, materials, root):
    driver.create(machine(), materials)
    driver.start(machine(), materials)
    driver.suspend("web", to_disk=True)
    assert state_of(driver) is State.SUSPENDED
    assert xl.domains() == []

    driver.resume("web")
    assert state_of(driver) is State.RUNNING
    assert not (root / "lib/t1/web/saved").exists()
    driver.destroy("web")
    assert left(root) == []


def test_the_bridge_of_a_private_network_is_made_and_joined(xl, driver, machine, materials, root, scope):
    web = machine("networks: [{private: {network: back}}]")
    driver.create(web, materials)
    driver.start(web, materials)

    bridge = place.bridge_of(scope, "back")
    assert f"link add {bridge} type bridge forward_delay 0" in xl.ip()
    assert f"address replace 10.40.0.1/24 dev {bridge}" in xl.ip()
    assert f"bridge={bridge}" in (root / "lib/t1/web/xl.cfg").read_text()
    driver.destroy("web")


def test_a_guest_that_does_not_hear_loses_its_power(xl, driver, machine, materials):
    driver.create(machine(), materials)
    driver.start(machine(), materials)
    xl.fault("deaf")

    assert not driver.stop("web", budget=1)
    assert xl.domains() == []
    driver.destroy("web")
