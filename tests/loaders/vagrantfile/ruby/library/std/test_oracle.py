"""The answers in the files of expressions are those of a real Ruby."""

from __future__ import annotations

from ruby_expressions import EXPRESSIONS, known, said_by_ruby


def test_ruby_itself_gives_these_answers(need):
    need("ruby")
    answers = {
        (path.stem, expression): answer
        for path in sorted(EXPRESSIONS.glob("*.txt"))
        for expression, answer in known(path.stem).items()
    }

    said = dict(zip(answers, said_by_ruby([expression for _, expression in answers]), strict=True))

    assert len(answers) >= 1000
    assert {place: (said[place], answer) for place, answer in answers.items() if said[place] != answer} == {}
