"""A tuning that was killed, on a host whose power failed a moment later: finished, and undone to the byte."""

from __future__ import annotations

import pytest

from lab.topologies import PLAIN
from lab.tree import differences, tree

pytestmark = [pytest.mark.lab_long, pytest.mark.timeout(1800)]

PLACES = ("/etc", "/boot", "/usr/lib/systemd", "/usr/lib/modprobe.d", "/var/lib", "/usr/local")
TUNE = "host tune hugepages --page-size 1GiB --for 1GiB -y"
"""It writes units and the kernel's command line, and has the boot loader's files made anew."""
KILL = f"""
serai {TUNE} >/tmp/tune.log 2>&1 &
for i in $(seq 6000); do grep -qs owed /var/lib/serai/host/hugepages.json && break; sleep 0.01; done
kill -9 $!
"""


def finished(host):
    return [each["finished"] for each in host.serai("host undo")["applied"]]


def test_a_tuning_that_was_killed_is_finished_after_a_power_failure_and_undone(host):
    one = host(PLAIN, memory=4096)
    before = tree(one, *PLACES)
    one.run(KILL)
    one.crash()

    assert finished(one) == [False]
    one.serai(TUNE)
    assert finished(one) == [True]
    assert "hugepages=1" in one.run("cat /boot/grub/grub.cfg").stdout

    one.serai("host undo --all -y")
    assert one.serai("host undo") == {"applied": []}
    assert differences(before, tree(one, *PLACES)) == []
