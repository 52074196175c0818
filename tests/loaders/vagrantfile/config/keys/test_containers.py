"""Docker's, LXC's and managed blocks."""

from __future__ import annotations


def test_an_inner_scope_that_says_another_source_takes_the_outers_back(read):
    found = (
        read(
            'config.vm.provider(:docker) { |d| d.image = "x"; d.env = { A: 1 }; d.expose = [1]; d.link "a:b" }\n'
            "config.vm.define('m') { |m| m.vm.provider(:docker) { |d|\n"
            ' d.build_dir = "."; d.env = { B: 2 }; d.expose = [2]; d.link "c:d" } }'
        )
        .machines["m"]
        .providers["docker"]
    )

    assert found == {
        "build_dir": ".",
        "env": {"A": 1, "B": 2},
        "expose": [1, 2],
        "link": ["a:b", "c:d"],
    }


def test_two_sources_at_once_take_nothing_back(read):
    found = (
        read(
            'config.vm.provider(:docker) { |d| d.image = "x" }\n'
            "config.vm.define('m') { |m| m.vm.provider(:docker) { |d| d.image = 'y'; d.build_dir = '.' } }"
        )
        .machines["m"]
        .providers["docker"]
    )

    assert (found["image"], found["build_dir"]) == ("y", ".")


def test_lxc_lists_its_settings(machine):
    found = machine(
        "config.vm.provider(:lxc) { |l| l.customize 'cgroup.x', '1'; l.backingstore_option '--dir', '/x' }"
    )

    assert found.providers["lxc"] == {
        "customize": [["cgroup.x", "1"]],
        "backingstore_option": [["--dir", "/x"]],
    }
