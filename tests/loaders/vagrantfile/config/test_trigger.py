"""Triggers: one for each command, options and block, what runs on the host and in the guest."""

from __future__ import annotations

import pytest

from serai.util.errors import SeraiError


def test_each_command_has_its_own(machine):
    found = machine(
        "config.trigger.before(:up, [:halt]) { |t| t.info = 'x' }\nconfig.trigger.after :up, warn: 'y'"
    )

    assert [(entry.type, entry.id) for entry in found.triggers] == [
        ("before", "up"),
        ("before", "halt"),
        ("after", "up"),
    ]
    assert found.triggers[2].options["warn"] == "y"


def test_what_it_runs_has_a_scripts_defaults(machine):
    options = (
        machine(
            "config.trigger.after :up, run: { inline: 'x' }, only_on: 'web',"
            " run_remote: { inline: 'y', args: [1] }"
        )
        .triggers[0]
        .options
    )

    assert options["run"]["privileged"] is False
    assert options["run_remote"]["privileged"] is True
    assert options["run_remote"]["args"] == ["1"]
    assert (options["only_on"], options["on_error"], options["exit_codes"]) == (["web"], "halt", [0])


def test_a_block_of_ruby_waits_for_its_moment(read):
    config = read("config.trigger.after(:up) { |t| t.ruby { |env, machine| exit } }")

    (trigger,) = config.machines["default"].triggers
    assert trigger.options["ruby"] == "(a block)" and "ruby_lacks" not in trigger.options
    assert config.notices == []


def test_what_it_asks_that_nobody_answers_is_known_before(machine):
    (first, second) = machine("""config.trigger.after(:up) do |t|
    t.ruby do |e, m|
      puts m.name, e.root_path  # as m.wanted
      m.provider.driver.execute("list") if m.index_uuid
    end
  end
  config.trigger.before :up, ruby: proc { |env, machine| machine.action(:halt) }""").triggers

    assert first.options["ruby_lacks"] == ["m.provider", "m.index_uuid"]
    assert second.options["ruby_lacks"] == ["machine.action"]


def test_one_that_says_nothing_is_refused(machine):
    with pytest.raises(SeraiError) as caught:
        machine("config.trigger.after :up")

    assert "needs a block or options" in caught.value.message


def test_an_option_that_it_does_not_know_is_noted(machine):
    assert list(machine("config.trigger.after :up, inf: 'x'").unknown) == ["trigger.inf"]
