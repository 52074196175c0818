"""Each case prints under a real Ruby what its file says that it prints."""

from __future__ import annotations

import pytest

from ruby_cases import CASES, cases_of, expected, name_of, printed, said_by_ruby


def test_ruby_itself_prints_what_the_cases_say(need):
    need("ruby")
    cases = sorted(CASES.glob("*/*.rb"))

    said = said_by_ruby(cases)

    assert len(said) == len(cases) >= 140
    wrong = {f"{case.parent.name}/{case.name}": text for case, text in said.items() if text != expected(case)}
    assert wrong == {}


@pytest.mark.parametrize("case", cases_of("files"), ids=name_of)
def test_a_whole_file_prints_what_ruby_prints(case):
    assert printed(case) == expected(case)
