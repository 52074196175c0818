"""Versions compare as RubyGems compares them, and a requirement allows what it allows there."""

from __future__ import annotations

import itertools
import subprocess

import pytest

from serai.util.gem_version import (
    ANY,
    Malformed,
    is_version,
    listed_requirement,
    order,
    requirement,
    version,
)

VERSIONS = [
    *(
        "0",
        "1",
        "1.0",
        "1.0.0",
        "1.0.a",
        "1.0.0.rc1",
        "1.0.0.rc.2",
        "1.0.0-rc1",
        "1.0.1",
        "1.1",
        "1.2.3",
        "1.2.10",
    ),
    *("2.0.a.b", "2.0", "2.0.b1", "20240101.0.0", "202401.31.0", "1.a.0", "1.0.0.0.a.0.0", "3.b.1", "3.b", "1.10"),
    *("11.20191117.0", "1.2.b3.0", "5.0.0.pre", "0.0.1", "0.a", "10"),
]
REQUIREMENTS = [
    *(
        "1",
        "= 1.0",
        "!= 1.0.0",
        "> 1",
        ">= 1.0.a",
        "< 2.0.a",
        "<= 1.2.3",
        "~> 1",
        "~> 1.0",
        "~> 1.2.3",
        "~> 1.0.a",
    ),
    *("~> 0", "~>2.0.b1", ">=1", "~> 11.2019", "~> 1.0.0-rc1"),
]

ASKED = """
require "json"
versions, requirements = JSON.parse(STDIN.read)
made = versions.map { |v| Gem::Version.new(v) }
puts JSON.generate(
  order: made.product(made).map { |a, b| a <=> b },
  allowed: requirements.map { |r| made.map { |v| Gem::Requirement.new(r).satisfied_by?(v) } },
  texts: requirements.map { |r| Gem::Requirement.new(r).to_s },
  parts: made.map(&:segments), bumped: made.map { |v| v.bump.to_s }, released: made.map { |v| v.release.to_s },
  recommended: made.map(&:approximate_recommendation), early: made.map(&:prerelease?),
)
"""


def ours() -> dict[str, object]:
    made = [version(text) for text in VERSIONS]
    asked = [requirement(text) for text in REQUIREMENTS]
    return {
        "order": [order(a, b) for a, b in itertools.product(made, made)],
        "allowed": [[one.allows(v) for v in made] for one in asked],
        "texts": [str(one) for one in asked],
        "parts": [list(v.parts) for v in made],
        "bumped": [str(v.bumped()) for v in made],
        "released": [str(v.released()) for v in made],
        "recommended": [v.recommended() for v in made],
        "early": [v.is_prerelease for v in made],
    }


def test_everything_is_as_ruby_says(need):
    import json

    need("ruby")
    told = subprocess.run(
        ["ruby", "-e", ASKED],
        input=json.dumps([VERSIONS, REQUIREMENTS]),
        capture_output=True,
        text=True,
        check=True,
    )

    assert ours() == json.loads(told.stdout)


@pytest.mark.parametrize(
    ("lower", "higher"),
    [("1.0.a", "1.0"), ("1.9", "1.10"), ("1.0.rc1", "1.0.rc2"), ("1.0.0-rc1", "1.0.0"), ("2.0.a", "2.0.b")],
)
def test_one_comes_before_the_other(lower, higher):
    assert version(lower) < version(higher)
    assert order(version(higher), version(lower)) == 1


def test_zeros_at_the_end_say_nothing():
    assert version("1.0.0") == version("1")
    assert len({version("1.0"), version("1")}) == 1
    assert str(version(" 1.0.0 ")) == "1.0.0"


def test_the_squiggle_allows_the_last_part_to_grow():
    asked = requirement("~> 1.2.3")

    assert asked.allows(version("1.2.9"))
    assert not asked.allows(version("1.3"))
    assert not asked.allows(version("1.3.0.rc1"))


def test_the_best_of_those_that_are_allowed():
    offered = [version(text) for text in ("1.2", "1.10", "2.0", "1.9")]

    assert requirement("< 2").best(offered) == version("1.10")
    assert requirement("> 2").best(offered) is None


def test_a_list_holds_as_a_whole():
    asked = listed_requirement(" >= 1.0, < 2, != 1.5")

    assert [text for text in ("0.9", "1.0", "1.5", "1.6", "2.0") if asked.allows(version(text))] == ["1.0", "1.6"]
    assert str(asked) == ">= 1.0, < 2, != 1.5"


def test_no_constraint_is_any_version():
    assert requirement() == listed_requirement("") == ANY
    assert ANY.is_any
    assert ANY.allows(version("0"))
    assert str(ANY) == ">= 0"


def test_what_kind_of_requirement_it_is():
    assert requirement("1.0").is_exact
    assert not requirement(">= 1.0").is_exact
    assert requirement(">= 1.0.a").is_prerelease
    assert not requirement(">= 1.0").is_prerelease


def test_a_text_that_is_no_version_is_refused():
    assert is_version("1.2")
    assert not is_version("latest")
    with pytest.raises(Malformed, match="Malformed version number string latest"):
        version("latest")
    with pytest.raises(Malformed, match=r'Illformed requirement \["=> 1"\]'):
        requirement("=> 1")
