"""What cannot be seen in tests/render/lxc: quoting, and what has no default."""

from __future__ import annotations

import pytest

from serai.providers.lxc import render
from serai.spec.container import Container
from serai.spec.cpu import Cpu
from serai.spec.machine import Machine


@pytest.mark.parametrize(("words", "plain"), [(["/app", "-x"], True), (["sh", "a b"], False), (["x", ""], False)])
def test_only_plain_words_can_be_said_in_the_configuration(words, plain):
    assert render.is_plain(words) is plain


def test_without_a_word_there_is_no_limit():
    assert render.limits(Machine(name="web"), {"memory": 1, "cpu": 1}) == {}


def test_the_containers_own_limits_count_over_the_machines():
    machine = Machine(name="web", cpu=Cpu(count=4), container=Container(cpus=0.5, memory=1 << 20))

    assert render.cpu_limit(machine) == 0.5
    assert render.memory_limit(machine) == 1 << 20
    assert render.cpu_limit(Machine(name="web", cpu=Cpu(count=4))) == 4.0
