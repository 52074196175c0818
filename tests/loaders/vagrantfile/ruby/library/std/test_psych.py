"""YAML answers as Ruby does."""

from __future__ import annotations

import pytest

from ruby_expressions import wrong
from serai.util.errors import SeraiError


def test_each_expression_is_answered_as_by_ruby():
    assert wrong("psych") == {}


BOMB = "a0: &a0 [x, x]\\n" + "".join(
    f"a{level}: &a{level} [{', '.join([f'*a{level - 1}'] * 10)}]\\n" for level in range(1, 10)
)


@pytest.mark.parametrize("text", ["YAML.load(%s)", "YAML.unsafe_load(%s)", "YAML.safe_load(%s, aliases: true)"])
@pytest.mark.timeout(30)
def test_aliases_of_aliases_end_in_a_clear_error(run, text):
    with pytest.raises(SeraiError, match="takes more than"):
        run(text % f'"{BOMB}"')


def test_merges_of_merges_end_in_it_as_well(run):
    steps = "".join(f"m{n + 1}: &m{n + 1} {{<<: [*m{n}, *m{n}], k{n}: 1}}\\n" for n in range(40))

    with pytest.raises(SeraiError, match="takes more than"):
        run(f'YAML.unsafe_load("m0: &m0 {{a: 1}}\\n{steps}")')


def test_a_hundred_machines_may_share_their_defaults(run):
    machines = "".join(f"m{n}:\\n  <<: *base\\n  ip: 10.0.0.{n}\\n" for n in range(100))
    seen = run(f'c = YAML.load("base: &base {{cpus: 1, memory: 512}}\\n{machines}"); [c.size, c["m99"]["memory"]]')

    assert seen.value == "[101, 512]"


def test_deep_collections_are_refused(run):
    with pytest.raises(SeraiError, match="more than 200 levels"):
        run('YAML.load("[" * 500 + "]" * 500)')


@pytest.mark.parametrize(
    "tag", ["!ruby/object:Kernel {}", "!ruby/hash:Foo {}", "!ruby/regexp /a/", "!ruby/class String"]
)
def test_objects_of_ruby_are_refused(run, tag):
    with pytest.raises(SeraiError, match="YAML with !ruby/"):
        run(f'YAML.unsafe_load("a: {tag}")')


def test_files_with_aliases_and_dates_load_as_before_ruby_3_1(run):
    assert run('YAML.load("a: &x [1]\\nb: *x")').value == '{"a"=>[1], "b"=>[1]}'
    assert run('YAML.load("a: 2020-01-02")["a"].year').value == "2020"


def test_an_alias_is_the_same_object(run):
    assert run('h = YAML.load("a: &x [1]\\nb: *x"); h["a"] << 2; h["b"]').value == "[1, 2]"


def test_nothing_outside_is_loaded(run):
    with pytest.raises(SeraiError, match="outside of the project"):
        run('YAML.load_file("/etc/hostname")')
