"""Runs of Chef up to the client itself, for which stand-ins are in the guest: they keep files and arguments."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from provision_guest import Guest
from serai.provisioners import chef_apply, chef_client, chef_solo, chef_zero
from serai.spec.machine import Machine
from serai.spec.provisioners.chef import ChefApply, ChefClient, ChefSolo, ChefZero
from serai.util.errors import Code, SeraiError

COPY = 'for word; do [ ! -f "$word" ] || cp "$word" {place}/seen-$(basename "$word"); done'
"""A stand-in keeps the files that it is given, for a test to read."""
Solo = Callable[..., None]


@pytest.fixture
def guest(tmp_path: Path) -> Guest:
    guest = Guest(tmp_path / "guest")
    for name in ("chef-solo", "chef-client", "chef-apply"):
        guest.stand_in(name, COPY.format(place=guest.place))
    return guest


@pytest.fixture
def solo(guest: Guest) -> Solo:
    def run(**keys: Any) -> None:
        chef_solo.run(ChefSolo(provisioning_path=str(guest.place / "chef"), **keys), guest.job())

    return run


def cookbook(guest: Guest, name: str, above: str = "cookbooks") -> Path:
    recipe = guest.root / above / name / "recipes/default.rb"
    recipe.parent.mkdir(parents=True, exist_ok=True)
    recipe.write_text(f"# {name}\n")
    return recipe


def test_cookbooks_of_the_project_are_in_the_guest_and_named(guest: Guest, solo: Solo) -> None:
    cookbook(guest, "nginx")
    solo(run_list=["recipe[nginx]"])

    tree = guest.place / "chef/trees/cookbooks-0"
    assert (tree / "nginx/recipes/default.rb").read_text() == "# nginx\n"
    assert f"cookbook_path ['{tree}']" in (guest.place / "seen-client.rb").read_text()
    assert json.loads((guest.place / "seen-dna.json").read_text()) == {"run_list": ["recipe[nginx]"]}
    assert "stand-in for chef-solo" in guest.lines


def test_what_the_project_has_no_more_goes_from_the_guest(guest: Guest, solo: Solo) -> None:
    cookbook(guest, "nginx").parents[1].rename(guest.root / "old")
    cookbook(guest, "apache")
    solo()
    cookbook(guest, "nginx")
    (guest.root / "cookbooks/apache/recipes/default.rb").unlink()
    solo()

    tree = guest.place / "chef/trees/cookbooks-0"
    assert not (tree / "apache/recipes/default.rb").exists()
    assert (tree / "nginx/recipes/default.rb").exists()


def test_all_kinds_of_directories_and_the_secret_come_along(guest: Guest, solo: Solo) -> None:
    for name in ("bags", "envs", "nodes", "roles", "more"):
        (guest.root / name).mkdir()
        (guest.root / name / "a.json").write_text("{}")
    (guest.root / "secret").write_text("s3cret")
    (guest.root / "own.rb").write_text("ssl_verify_mode :verify_peer\n")
    solo(
        cookbooks_path=["more", "vm:/srv/cookbooks"],
        data_bags_path=["bags"],
        environments_path=["envs"],
        nodes_path=["nodes"],
        roles_path=["roles"],
        environment="prod",
        encrypted_data_bag_secret_key_path="secret",
        custom_config_path="own.rb",
    )

    at = guest.place / "chef"
    text = (guest.place / "seen-client.rb").read_text()
    assert f"cookbook_path ['{at}/trees/cookbooks-0', '/srv/cookbooks']" in text
    for key, name in (("data_bag", "data_bags"), ("environment", "environments"), ("role", "roles")):
        assert f"{key}_path '{at}/trees/{name}-0'" in text
        assert (at / f"trees/{name}-0/a.json").exists()
    assert "environment 'prod'" in text
    assert (at / "encrypted_data_bag_secret").read_text() == "s3cret"
    assert (at / "encrypted_data_bag_secret").stat().st_mode & 0o777 == 0o600
    assert f"Chef::Config.from_file '{at}/custom.rb'" in text


def test_the_files_are_roots_alone(guest: Guest, solo: Solo) -> None:
    solo(http_proxy_pass="hidden")

    assert (guest.place / "chef").stat().st_mode & 0o777 == 0o700
    assert (guest.place / "chef/client.rb").stat().st_mode & 0o777 == 0o600
    assert "hidden" not in "".join(guest.called())


def test_what_is_not_in_the_project_is_said_before_anything_is_done(guest: Guest, solo: Solo) -> None:
    with pytest.raises(SeraiError) as failed:
        solo(roles_path=["rolls"])

    assert failed.value.code is Code.INPUT
    assert guest.called() == []


def test_a_run_that_fails_is_tried_as_often_as_is_said(guest: Guest, solo: Solo) -> None:
    guest.stand_in("chef-solo", "exit 3")
    with pytest.raises(SeraiError) as failed:
        solo(attempts=3)

    assert len(guest.called()) == 3
    assert guest.lines[-2].endswith("chef-solo, attempt 2 of 3, ended with exit code 3: once more")
    assert failed.value.message == "web: provision block-1: chef-solo, attempt 3 of 3, ended with exit code 3"
    assert failed.value.details == ("stand-in for chef-solo",)
    assert "serai provision web --provision-with block-1" in failed.value.hint


def test_zero_runs_the_client_in_local_mode(guest: Guest) -> None:
    chef_zero.run(ChefZero(provisioning_path=str(guest.place / "chef"), run_list=["a"]), guest.job())

    assert guest.called()[0].startswith("chef-client --config ")
    assert guest.called()[0].endswith("--local-mode")


def test_a_client_has_the_validation_key(guest: Guest) -> None:
    (guest.root / "validation.pem").write_text("KEY")
    block = ChefClient(
        provisioning_path=str(guest.place / "chef"),
        chef_server_url="https://chef.example",
        validation_key_path="validation.pem",
        node_name="web.example",
    )
    chef_client.run(block, guest.job())

    assert (guest.place / "chef/validation.pem").read_text() == "KEY"
    assert "node_name 'web.example'" in (guest.place / "seen-client.rb").read_text()
    assert chef_client.inputs(block, Machine(name="web"))[0] == ["validation.pem"]


def test_apply_has_its_recipe_as_a_file(guest: Guest) -> None:
    chef_apply.run(ChefApply(recipe="package 'vim'", upload_path=str(guest.place / "r.rb")), guest.job())

    assert guest.called() == [f"chef-apply {guest.place}/r.rb --log_level info"]
    assert (guest.place / "seen-r.rb").read_text() == "package 'vim'"


def test_the_digest_counts_cookbooks_that_are_not_stated() -> None:
    machine = Machine(name="web")

    assert chef_solo.inputs(ChefSolo(), machine)[0] == ["cookbooks"]
    assert chef_zero.inputs(ChefZero(cookbooks_path=["a", "vm:/b"], installer="chef.deb"), machine)[0] == [
        "a",
        "chef.deb",
    ]
