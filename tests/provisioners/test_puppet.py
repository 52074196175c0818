"""`puppet apply`: its words, and where the project's directories lie in the guest."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from provision_options import Record, RecordedJob
from serai.provisioners import puppet
from serai.spec.machine import Machine
from serai.spec.provisioners.puppet import Puppet
from serai.util.errors import Code, SeraiError

FOUND = {"to": "manager=apt", "says": "apt\nDebian 12\n/usr/bin/puppet\n7.23.0-1\n"}
WEB = Machine(name="web")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for name in ("manifests", "modules", "env/production"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "manifests/default.pp").write_text("notice('here')\n")
    return tmp_path


def entries(root: Path, *answers: dict[str, Any], **keys: Any) -> list[str]:
    record = Record([*answers, FOUND])
    puppet.run(Puppet(**keys), RecordedJob(record, "puppet", root))
    return record.entries


def words(**keys: Any) -> str:
    block = Puppet(**keys)
    return " ".join(puppet.command(block, "puppet", "M"))


def test_its_words() -> None:
    copy = puppet.guest_path(Puppet(), "modules")
    assert words(options=["--noop"]) == "puppet apply --color=false --noop --detailed-exitcodes M"
    assert f"--modulepath {copy}:/srv/m:/etc/puppet/modules:$basemodulepath" in words(
        module_path=["modules", "vm:/srv/m"]
    )
    assert words(environment_path="vm:/srv/env/", environment="test").endswith(
        "--environmentpath /srv/env --environment test M"
    )


def test_copies_have_places_of_their_own() -> None:
    block = Puppet(temp_dir="/srv/x/")
    assert puppet.guest_path(block, "a").startswith("/srv/x/")
    assert puppet.guest_path(block, "a") != puppet.guest_path(block, "b")


def test_what_it_reads_decides_whether_it_runs_again() -> None:
    block = Puppet(module_path=["modules", "vm:/srv/m"], hiera_config_path="hiera.yaml")
    assert puppet.inputs(block, WEB)[0] == ["manifests", "modules", "hiera.yaml"]


def test_a_directory_that_is_not_there_is_named_before_anything_is_done(root: Path) -> None:
    with pytest.raises(SeraiError) as failed:
        entries(root, module_path=["gone"])
    assert failed.value.code is Code.INPUT
    assert str(root / "gone") in failed.value.message


def test_old_copies_go_first(root: Path) -> None:
    found = entries(root)
    copy = puppet.guest_path(Puppet(), "manifests")
    old = f"rm -rf /etc/facter/facts.d/serai-puppet.json {copy}"
    removed = next(index for index, entry in enumerate(found) if old in entry)
    brought = next(index for index, entry in enumerate(found) if entry.startswith(f"put manifests -> {copy}"))
    assert removed < brought


def test_a_guest_without_room_is_named(root: Path) -> None:
    full = {"to": "umask 077 && mkdir -p", "says": "mkdir: No space left on device", "code": 1}
    with pytest.raises(SeraiError, match="there is no room at /var/lib/serai/puppet") as failed:
        entries(root, full)
    assert failed.value.details == ("mkdir: No space left on device",)


def test_an_environment_says_which_manifest_it_has(root: Path) -> None:
    said = {"to": "environment.conf", "says": "modulepath = x\nmanifest = $environment/site.pp\n"}
    assert entries(root, said, environment_path="env")[-1].count("/production/production/site.pp") == 1
    assert "/production/manifests/one.pp" in entries(root, environment_path="env", manifest_file="one.pp")[-1]


@pytest.mark.parametrize(
    ("conf", "path"),
    [
        ("", "/e/test/manifests"),
        ("manifest = site.pp", "/e/test/site.pp"),
        ("# manifest = old.pp\n  manifest  =  /srv/all  ", "/srv/all"),
        ("manifest = $codedir/m/$environment.pp", "/m/test.pp"),
    ],
)
def test_environment_conf(conf: str, path: str) -> None:
    assert puppet.of_environment("/e/test", "test", conf).replace("//", "/") == path
