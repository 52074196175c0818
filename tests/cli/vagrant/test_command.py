"""`serai vagrant …`, as scripts call it (VAG-1)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

SHOP = """
project: shop
defaults: {provider: fake}
machines:
  web: {networks: [{forwarded_port: "8080:80"}]}
  db: {}
"""


@pytest.fixture
def shop(serai: Any) -> Any:
    serai.file(SHOP)
    return serai


def kinds(text: str) -> list[tuple[str, ...]]:
    """Lines without their time."""
    return [tuple(line.split(",")[1:]) for line in text.splitlines()]


def test_a_script_s_day(shop: Any) -> None:
    assert "web                       not created (fake)" in shop("vagrant", "status").stdout
    assert "web" in shop("vagrant", "up").stderr
    assert "web                       running (fake)" in shop("vagrant", "status", "web").stdout
    shop("vagrant", "halt", "web", "--no-color")
    assert "web                       shutoff (fake)" in shop("vagrant", "status").stdout
    shop("vagrant", "destroy", "-f")
    assert set(shop.states().values()) == {"absent"}


def test_status_is_told_to_a_program(shop: Any) -> None:
    shop("vagrant", "up", "web")
    found = kinds(shop("vagrant", "status", "--machine-readable").stdout)
    assert ("web", "metadata", "provider", "fake") in found
    assert ("web", "state", "running") in found
    assert ("db", "state", "not_created") in found
    assert ("db", "state-human-short", "not created") in found


def test_a_run_is_told_to_a_program(shop: Any) -> None:
    done = shop("vagrant", "up", "--machine-readable")
    found = kinds(done.stdout)
    assert found.index(("web", "action", "up", "start")) < found.index(("web", "action", "up", "end"))
    assert ("web", "ui", "info", "creating") in found
    assert done.stderr == ""
    assert all(line.split(",")[0].isdigit() for line in done.stdout.splitlines())


def test_a_failure_is_told_to_a_program(shop: Any) -> None:
    found = kinds(shop("vagrant", "halt", "nosuch", "--machine-readable", code=1).stdout)
    assert found[-1][:3] == ("", "error-exit", "Serai::Errors::Input")
    assert found[-1][3].startswith("no machine is called 'nosuch'")


def test_ports_and_all_machines_of_the_user(shop: Any) -> None:
    shop("vagrant", "up", "web")
    found = kinds(shop("vagrant", "port", "web", "--machine-readable").stdout)
    assert ("web", "forwarded_port", "80", "8080") in found
    assert shop("vagrant", "port", "--guest", "80", "web").stdout == "8080\n"
    found = kinds(shop("vagrant", "global-status", "--machine-readable").stdout)
    assert found[0] == ("", "metadata", "machine-count", "1")
    assert ("web", "state", "running") in found


def test_a_failed_machine_is_destroyed_as_vagrant_does_it(serai: Any) -> None:
    serai.file('project: shop\nmachines: {a: {provider: fake, providers: {fake: {fail: {start: "no space"}}}}}\n')
    serai("vagrant", "up", "--no-destroy-on-error", code=1)
    assert serai.states() == {"a": "stopped"}
    serai("vagrant", "destroy", "-f")
    serai("vagrant", "up", code=1)
    assert serai.states() == {"a": "absent"}


def test_init_writes_a_vagrantfile(serai: Any) -> None:
    serai.root.mkdir(parents=True, exist_ok=True)
    serai("vagrant", "init", "-m", "debian/bookworm64", "--box-version", "12")
    text = (serai.root / "Vagrantfile").read_text()
    assert text.splitlines()[1:3] == ['  config.vm.box = "debian/bookworm64"', '  config.vm.box_version = "12"']
    assert "is there already" in serai("vagrant", "init", code=1).stderr
    assert serai("vagrant", "init", "--output", "-").stdout.startswith("Vagrant.configure")


def test_plugins_that_are_built_in_need_no_install(serai: Any) -> None:
    serai.root.mkdir(parents=True, exist_ok=True)
    assert "nothing to install" in serai("vagrant", "plugin", "install", "vagrant-hostmanager").stderr
    assert "serai runs no plugins" in serai("vagrant", "plugin", "install", "vagrant-x", code=1).stderr
    assert "vagrant-libvirt (built in" in serai("vagrant", "plugin", "list").stdout


def test_an_alias_of_the_person_s(shop: Any, tmp_path: Path) -> None:
    (tmp_path / "aliases").write_text("# mine\nst = status\nkill = destroy -f\nx = !rm -r /\n")
    env = {"VAGRANT_ALIAS_FILE": str(tmp_path / "aliases")}
    assert "not created" in shop("vagrant", "st", env=env).stdout
    shop("vagrant", "up")
    shop("vagrant", "kill", "web", env=env)
    assert shop.states()["web"] == "absent"
    assert "runs a command of this host" in shop("vagrant", "x", env=env, code=1).stderr


def test_what_it_can_do_is_listed(serai: Any) -> None:
    serai.root.mkdir(parents=True, exist_ok=True)
    assert "vagrant up is serai up" in serai("vagrant", "up", "--help").stdout
    assert "rsync-auto" in serai("vagrant", "list-commands").stdout
    assert "serai deploys nothing" in serai("vagrant", "push", code=1).stderr
    assert serai("vagrant", "--version").stdout.startswith("Installed Version: serai ")
