"""Pushes by name: blocks add up, another strategy starts afresh."""

from __future__ import annotations


def test_the_name_is_the_strategy_unless_one_is_stated(read):
    pushes = read('config.push.define "heroku"\nconfig.push.define "x", strategy: "ftp"').pushes

    assert [(push.id, push.type) for push in pushes] == [("heroku", "heroku"), ("x", "ftp")]


def test_blocks_of_a_name_add_up(read):
    push = read(
        'config.push.define("ftp") { |p| p.host = "a"; p.include "x" }\n'
        'config.push.define("ftp") { |p| p.username = "u"; p.include = "y" }'
    ).pushes[0]

    assert push.options["host"] == "a" and push.options["username"] == "u"
    assert push.options["includes"] == ["x", "y"]


def test_another_strategy_starts_afresh(read):
    push = read(
        'config.push.define("p", strategy: "ftp") { |p| p.host = "a" }\n'
        'config.push.define("p", strategy: "heroku") { |p| p.app = "b" }'
    ).pushes[0]

    assert push.type == "heroku"
    assert push.options == {"app": "b", "dir": ".", "git_bin": "git", "remote": "heroku"}
