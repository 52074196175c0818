"""The ways to a machine on dom0: its address, through dom0 where that is elsewhere, and its console."""

from __future__ import annotations

import os
import pty
import signal

import pytest

from serai.run.wait import poll
from serai.util.errors import SeraiError

pytestmark = [pytest.mark.root, pytest.mark.engine]
both = pytest.mark.parametrize("xl", ["here", "far"], indirect=True)


@both
def test_the_way_in_is_by_a_private_address_through_dom0(xl, driver, machine, materials, scope):
    web = machine("networks: [{private: {network: back}}]")
    driver.create(web, materials)
    with pytest.raises(SeraiError, match="web is off"):
        driver.endpoint("web")
    driver.start(web, materials)

    way = driver.endpoint("web")
    assert (way.host, way.port) == ("10.40.0.10", 22)
    assert ("ProxyCommand" in way.options) is bool(xl.host)
    driver.destroy("web")


def test_without_one_it_is_by_the_address_that_ipv6_makes(xl, driver, machine, materials):
    driver.create(machine(), materials)
    driver.start(machine(), materials)

    assert driver.endpoint("web").host.startswith("fe80::5054:ff:fe")
    assert driver.endpoint("web").host.endswith("%xenbr0")
    driver.destroy("web")


@both
def test_what_its_console_says_is_written_down(xl, driver, machine, materials):
    driver.create(machine(), materials)
    driver.start(machine(), materials)

    def said() -> str | None:
        log = driver.console("web").log
        return (log.read_text() if log.exists() else "") or None

    assert poll(said, budget=60) == "console of shop_web\n"
    driver.destroy("web")


@both
def test_a_terminal_that_goes_away_leaves_the_console_to_its_log(xl, driver, machine, materials):
    driver.create(machine(), materials)
    driver.start(machine(), materials)

    def readers() -> int:
        return sum(call.startswith("console") for call in xl.calls())

    assert poll(lambda: readers() == 1 or None, budget=30)
    pid, keys = pty.fork()
    if pid == 0:
        signal.signal(signal.SIGHUP, signal.SIG_DFL)  # a nohup that the tests run under is inherited
        os.execvp(driver.console("web").argv[0], driver.console("web").argv)
    assert poll(lambda: readers() == 2 or None, budget=30)
    os.close(keys)
    if not poll(lambda: os.waitpid(pid, os.WNOHANG)[0] or None, budget=60):
        os.kill(pid, signal.SIGKILL)  # an ssh that stays: its host sees the same of a terminal that has gone
        os.waitpid(pid, 0)
    assert poll(lambda: readers() == 3 or None, budget=30), "nobody writes down what it says"
    driver.destroy("web")
