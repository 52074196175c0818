"""What of the host a configuration is made of."""

from __future__ import annotations

import pytest

from serai.providers.lxc import gather
from serai.spec.container import Container
from serai.spec.container_parts import IdMap
from serai.spec.machine import Machine
from serai.util.errors import Code, SeraiError


@pytest.mark.parametrize(("text", "there"), [("Y\n", True), ("N\n", False), (None, False)])
def test_apparmor_is_there_where_the_kernel_says_so(tmp_path, monkeypatch, text, there):
    monkeypatch.setattr(gather, "APPARMOR", tmp_path / "enabled")
    if text:
        (tmp_path / "enabled").write_text(text)

    assert gather.apparmor() is there


def test_ids_come_from_the_hosts_files(tmp_path):
    ids = tmp_path / "subuid"
    ids.write_text("me:1:2\nroot:100000:65536\n")
    machine = Machine(name="web", container=Container(unprivileged=True))

    assert gather.idmap(machine, ids, ids) == ("u 0 100000 65536", "g 0 100000 65536")
    assert gather.idmap(Machine(name="web"), ids, ids) == ()


def test_stated_ids_count_over_those(tmp_path):
    machine = Machine(name="web", container=Container(idmap=[IdMap(host=7, size=9)]))

    assert gather.idmap(machine, tmp_path / "none", tmp_path / "none") == ("u 0 7 9", "g 0 7 9")


def test_a_host_that_gives_root_no_ids_says_so(tmp_path):
    machine = Machine(name="web", container=Container(unprivileged=True))

    with pytest.raises(SeraiError) as caught:
        gather.idmap(machine, tmp_path / "none", tmp_path / "none")

    assert caught.value.code is Code.MISSING
    assert caught.value.hint.startswith("echo root:100000:65536 >> ")


def test_a_device_that_is_not_there_is_named(scope, tmp_path):
    machine = Machine(name="web", container=Container(devices=["/dev/no-such"], network_mode="none"))

    with pytest.raises(SeraiError, match=r"container\.devices: /dev/no-such: No such file"):
        gather.site_for(scope, machine, gather.Materials(), tmp_path)


def test_a_file_of_settings_that_is_not_there_is_named(scope, tmp_path):
    machine = Machine(name="web", container=Container(env_file=["no.env"], network_mode="none"))

    with pytest.raises(SeraiError, match=r"container\.env_file: .*no\.env: No such file"):
        gather.site_for(scope, machine, gather.Materials(), tmp_path)
