"""Services: by their processes and the links of their units."""

from __future__ import annotations

import pytest

from host_cases import write
from serai.host.facts.services import Services
from serai.host.facts.source import Source, Unknown


def test_a_running_program_and_its_words(tmp_path):
    write(tmp_path, {"proc/4/comm": "dockerd\n", "proc/4/cmdline": "/usr/bin/dockerd\0--mtu\x001400\0"})
    services = Services(Source(tmp_path))

    assert services.runs("dockerd")
    assert services.command("dockerd") == ["/usr/bin/dockerd", "--mtu", "1400"]
    assert services.command("libvirtd") == []


def test_one_that_has_ended_and_that_nobody_took_note_of_does_not_run(tmp_path):
    write(
        tmp_path, {"proc/4/comm": "dockerd", "proc/4/cmdline": "", "proc/5/comm": "cron", "proc/5/cmdline": "cron"}
    )
    services = Services(Source(tmp_path))

    assert not services.runs("dockerd")
    assert services.runs("cron")


def test_without_processes_nothing_is_known(tmp_path):
    write(tmp_path, {})
    with pytest.raises(Unknown):
        Services(Source(tmp_path)).runs("dockerd")


def test_a_unit_that_a_target_wants_is_enabled(tmp_path):
    write(tmp_path, {"etc/systemd/system/multi-user.target.wants/a.service": "-> /lib/systemd/system/a.service"})

    assert Services(Source(tmp_path)).enabled("a.service")
    assert not Services(Source(tmp_path)).enabled("b.service")
