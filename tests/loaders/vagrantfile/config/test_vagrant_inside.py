"""What of Vagrant's inside a file may speak to."""

from __future__ import annotations

import pytest

from serai.loaders.access import Access
from serai.util.errors import SeraiError


def test_a_ui_prints(read):
    said = []
    read('ui = Vagrant::UI::Colored.new\nui.info "one"\nui.say :warn, "two"\nui.opts', say=said.append)

    assert "".join(said) == "one\ntwo\n"


def test_nobody_is_asked(read):
    with pytest.raises(SeraiError) as caught:
        read('Vagrant::UI::Basic.new.ask "who?"')

    assert "asking a person" in caught.value.message


def test_programs_are_not_looked_for_unless_it_is_said(machine):
    text = (
        "Vagrant.configure('2') { |c| c.hostmanager.which = Vagrant::Util::Which.which('git')\n"
        "r = Vagrant::Util::Subprocess.execute('hostname', '-s')\n"
        "c.hostmanager.result = [r.exit_code, r.stdout, r.stderr] }"
    )

    assert machine(text).sections["hostmanager"] == {"result": [1, "", ""]}
    said = machine(text, access=Access(answers=(("which git", "/usr/bin/git\n"), ("hostname -s", "me")))).sections[
        "hostmanager"
    ]
    assert said == {"which": "/usr/bin/git", "result": [0, "me", ""]}


def test_what_they_do_not_have_is_an_error(read):
    for text in ("Vagrant::UI::Basic.new.nothing", "Vagrant::Util::Subprocess.execute('x').nothing"):
        with pytest.raises(SeraiError) as caught:
            read(text)
        assert "undefined method `nothing'" in caught.value.message
