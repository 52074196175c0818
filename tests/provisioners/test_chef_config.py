"""Chef's files and command lines, from blocks."""

from __future__ import annotations

import json
import shutil
import subprocess

import pytest

from serai.provisioners.chef_config import Guest, apply_command, attributes, command, literal, settings
from serai.spec.provisioners.chef import ChefApply, ChefClient, ChefSolo, ChefZero


def solo(**keys: object) -> ChefSolo:
    return ChefSolo(**keys)  # type: ignore[arg-type]


GUEST = Guest(root="/c", folders={"cookbooks_path": ["/c/trees/cookbooks-0"], "roles_path": ["/a", "/b"]})


def test_the_settings_name_the_node_its_directories_and_how_much_it_says() -> None:
    lines = settings("chef_solo", solo(), GUEST, "web").splitlines()

    assert lines[0] == "node_name 'web'"
    assert "cookbook_path ['/c/trees/cookbooks-0']" in lines
    assert "role_path ['/a', '/b']" in lines
    assert "log_level :info" in lines
    assert "log_location STDOUT" in lines


def test_the_blocks_own_settings_stand_last_so_that_they_count() -> None:
    guest = Guest(root="/c", custom="/c/custom.rb")

    assert settings("chef_zero", ChefZero(), guest, "web").splitlines()[-1] == (
        "Chef::Config.from_file '/c/custom.rb'"
    )


def test_zero_has_its_server_in_memory() -> None:
    lines = settings("chef_zero", ChefZero(), GUEST, "web").splitlines()

    assert "local_mode true" in lines
    assert "chef_zero.enabled true" in lines


def test_a_client_knows_its_server_and_its_keys() -> None:
    block = ChefClient(
        chef_server_url="https://chef.example/organizations/inn",
        validation_key_path="validation.pem",
        client_key_path="/etc/chef/client.pem",
        validation_client_name="inn-validator",
    )
    lines = settings(
        "chef_client", block, Guest(root="/c", validation_key="/c/validation.pem"), "web"
    ).splitlines()

    assert "chef_server_url 'https://chef.example/organizations/inn'" in lines
    assert "validation_key '/c/validation.pem'" in lines
    assert "validation_client_name 'inn-validator'" in lines
    assert "client_key '/etc/chef/client.pem'" in lines


@pytest.mark.parametrize("text", ["it's", "a\\", "#{`id`}", "\\'", 'say "hi"', "é\n"])
def test_a_text_is_what_it_is_in_ruby_too(text: str) -> None:
    if not shutil.which("ruby"):
        pytest.skip("needs ruby")
    said = subprocess.run(["ruby", "-e", f"print {literal(text)}"], capture_output=True, text=True, check=True)

    assert said.stdout == text


def test_the_attributes_hold_the_run_list() -> None:
    block = solo(json={"nginx": {"port": 80}}, run_list=["recipe[nginx]", "role[web]"])

    assert json.loads(attributes(block)) == {"nginx": {"port": 80}, "run_list": ["recipe[nginx]", "role[web]"]}


def test_the_programs_are_called_by_path_environment_and_further_words() -> None:
    block = solo(
        binary_path="/opt/chef/bin",
        binary_env="LANG=C.UTF-8",
        log_level="debug",
        formatter="doc",
        arguments="--why-run",
        recipe_url="https://example.org/cookbooks.tar.gz",
        legacy_mode=True,
    )

    assert command("chef_solo", block, GUEST) == (
        "LANG=C.UTF-8 /opt/chef/bin/chef-solo --config /c/client.rb --json-attributes /c/dna.json "
        "--log_level debug --no-color --format=doc --legacy-mode "
        "--recipe-url https://example.org/cookbooks.tar.gz --why-run"
    )


def test_zero_is_the_client_in_local_mode() -> None:
    line = command("chef_zero", ChefZero(), GUEST)

    assert line.startswith("chef-client --config /c/client.rb ")
    assert line.endswith("--force-logger --local-mode")


def test_apply_runs_one_file() -> None:
    block = ChefApply(recipe="package 'vim'", upload_path="/root/r.rb", log_level="warn")

    assert apply_command(block) == "chef-apply /root/r.rb --log_level warn"
