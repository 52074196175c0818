"""What of the host a container's settings are made of."""

from __future__ import annotations

import pytest

from serai.providers.contract import Materials
from serai.providers.nspawn import gather
from serai.spec.container import Container
from serai.spec.machine import Machine
from serai.util.errors import SeraiError


@pytest.mark.parametrize(
    ("init", "signal"), [("/lib/systemd/systemd", "SIGRTMIN+3"), ("/bin/busybox", "SIGUSR2"), ("/x", "SIGPWR")]
)
def test_each_init_is_asked_in_its_own_way(tmp_path, init, signal):
    (tmp_path / "sbin").mkdir()
    (tmp_path / "sbin" / "init").symlink_to(init)

    assert gather.power_off(tmp_path) == signal


def test_an_init_that_is_a_file_is_an_old_one(tmp_path):
    assert gather.power_off(tmp_path) == "SIGRTMIN+3"
    (tmp_path / "sbin").mkdir()
    (tmp_path / "sbin" / "init").touch()
    assert gather.power_off(tmp_path) == "SIGPWR"


def test_a_device_that_is_not_there_is_named(scope):
    machine = Machine(name="web", container=Container(devices=["/dev/no-such"]))

    with pytest.raises(SeraiError, match=r"container\.devices: /dev/no-such: No such file"):
        gather.site_for(scope, machine, Materials())
