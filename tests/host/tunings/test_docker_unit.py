"""How docker's unit starts it: the last ExecStart= counts, and one flag is taken out of it."""

from __future__ import annotations

import pytest

from bridging_trees import facts
from serai.host.tunings.docker_unit import command, command_without, flagged

UNIT = "[Service]\nExecStart=/usr/sbin/dockerd -H fd:// \\\n  --mtu 1400 $OPTS\n"
DROP_IN = "[Service]\nExecStart=\nExecStart=/usr/sbin/dockerd --mtu=1400 --debug\n"


@pytest.mark.parametrize(
    ("files", "path", "left"),
    [
        (
            {"lib/systemd/system/docker.service": UNIT},
            "/lib/systemd/system/docker.service",
            "/usr/sbin/dockerd -H fd:// $OPTS",
        ),
        (
            {
                "usr/lib/systemd/system/docker.service": UNIT,
                "etc/systemd/system/docker.service.d/mtu.conf": DROP_IN,
                "etc/systemd/system/docker.service.d/90-serai-mtu.conf": "[Service]\nExecStart=no\n",
            },
            "/etc/systemd/system/docker.service.d/mtu.conf",
            "/usr/sbin/dockerd --debug",
        ),
    ],
)
def test_the_flag_is_found_and_taken_out(tmp_path, files, path, left):
    host = facts(tmp_path, files)

    assert flagged(host, "mtu") == path
    assert command_without(host, "mtu") == left
    assert flagged(host, "bip") == ""


def test_without_a_unit_there_is_nothing(tmp_path):
    assert command(facts(tmp_path, {})) == ("", "")
