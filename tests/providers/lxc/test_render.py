"""What cannot be seen in tests/render/lxc: quoting, and what has no default."""

from __future__ import annotations

import pytest

from serai.providers.first_process import Process
from serai.providers.lxc import render
from serai.providers.lxc.site import Site
from serai.spec.container import Container
from serai.spec.machine import Machine
from serai.util.errors import SeraiError


@pytest.mark.parametrize(("words", "plain"), [(["/app", "-x"], True), (["sh", "a b"], False), (["x", ""], False)])
def test_only_plain_words_can_be_said_in_the_configuration(words, plain):
    assert render.is_plain(words) is plain


@pytest.mark.parametrize(
    ("value", "line"),
    [
        ("x", "A=x"),
        ("a # b", "A=a # b"),
        ("  x", "A=  x"),
        ('"q"', 'A="q"'),
        ("x  ", '"A=x  "'),
        ('"q"\t', '"A="q"\t"'),
    ],
)
def test_a_variable_keeps_the_blanks_at_its_end(value, line):
    machine = Machine(name="web", container=Container(env={"A": value}))

    assert f"\nlxc.environment = {line}\n" in render.text(machine, Site(hostname="web"))


def test_a_name_that_begins_with_a_quote_keeps_it():
    site = Site(hostname="web", environment=('"A=x"',))

    assert '\nlxc.environment = ""A=x""\n' in render.text(Machine(name="web"), site)


@pytest.mark.parametrize(
    ("box", "site", "key"),
    [
        (Container(env={"A": "x\nlxc.cap.keep = none"}), Site(hostname="web"), "lxc.environment A"),
        (Container(), Site(hostname="web", environment=("A=x\ry",)), "lxc.environment A"),
        (Container(), Site(hostname="web", environment=("A=x\0",)), "lxc.environment A"),
        (Container(), Site(hostname="web", process=Process(working_dir="/\nlxc.x = y")), "lxc.init.cwd"),
    ],
)
def test_no_value_is_cut_or_becomes_another_setting(box, site, key):
    with pytest.raises(SeraiError, match=f"^web: {key}: its value has a line break") as caught:
        render.text(Machine(name="web", container=box), site)
    assert caught.value.hint
