"""How docker's unit starts it: the last ExecStart= counts, and one flag is taken out of it."""

from __future__ import annotations

import pytest

from bridging_trees import facts
from serai.host.docker_unit import command, command_without, flagged, next_start, options

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
                "etc/systemd/system/docker.service.d/zz-serai-mtu.conf": "[Service]\nExecStart=no\n",
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


def test_ours_counts_for_the_next_start_and_what_runs_does_without_systemd(tmp_path):
    place = "etc/systemd/system/docker.service.d"
    host = facts(
        tmp_path,
        {
            "lib/systemd/system/docker.service": UNIT,
            f"{place}/zz-serai-mtu.conf": "ExecStart=\nExecStart=dockerd --debug\n",
            "proc/7/comm": "dockerd",
            "proc/7/cmdline": "dockerd\0--bip=10.0.0.1/24",
        },
    )

    assert next_start(host) == ["dockerd", "--debug"]
    host.source.live = True
    assert next_start(host) == ["dockerd", "--bip=10.0.0.1/24"]


def test_flags_have_the_names_of_the_file():
    words = ["dockerd", "-H", "fd://", "-D", "--label=a", "--insecure-registry", "b", "--mtu", "1400", "-x"]

    assert options(words) == {"hosts", "debug", "labels", "insecure-registries", "mtu"}
