"""Chef's runs and folders."""

from __future__ import annotations

import pytest

from serai.loaders.vagrantfile.config.keys.chef import located


def test_recipes_and_roles_are_one_list(machine):
    found = machine(
        'config.vm.provision("chef_solo") { |c| c.add_recipe "a"; c.add_role "b"; c.add_recipe "recipe[c]" }'
    ).provisioners[0]

    assert found.options["run_list"] == ["recipe[a]", "role[b]", "recipe[c]"]


@pytest.mark.parametrize(
    ("given", "result"),
    [
        ("a", [["host", "a"]]),
        (["a", "b"], [["host", "a"], ["host", "b"]]),
        (["vm", "/a"], [["vm", "/a"]]),
        (["a", ["vm", "/b"]], [["host", "a"], ["vm", "/b"]]),
        ([None], []),
    ],
)
def test_a_path_says_where_it_is(given, result):
    assert located(given) == result


def test_cookbooks_have_a_default(machine):
    first, second = machine(
        'config.vm.provision "chef_zero"\nconfig.vm.provision "chef_solo", recipe_url: "http://x"'
    ).provisioners

    assert first.options["cookbooks_path"] == [["host", "cookbooks"], ["vm", "cookbooks"]]
    assert second.options["cookbooks_path"] == [["vm", "cookbooks"]]
