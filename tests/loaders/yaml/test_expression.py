"""`${…}`: names, whole numbers, defaults, escapes; a scalar that is one expression keeps its type."""

from __future__ import annotations

import pytest

from serai.loaders.yaml.expression import ExpressionError, Scope, evaluate, wrong
from serai.loaders.yaml.nodes import Map, Scalar, of, plain
from serai.loaders.yaml.parse import parse
from serai.loaders.yaml.problems import Problems

ENVIRON = {
    "SIZE": "1GiB",
    "N": "7",
    "EMPTY": "",
    "FLAG": "true",
    "TRAP": "[a, b]",
    "NULL": "~",
    "NESTED": "${index}",
}


@pytest.fixture
def scope():
    value = parse("{size: 2GiB, n: 3, list: [a, {b: c}], none: null}", Problems("f"))
    assert isinstance(value, Map)
    names = {"project": of("shop", value), "index": of(2, value), "each.key": of("k", value), "each.value": value}
    return Scope(names, ENVIRON)


def result(text, scope, quoted=False):
    return plain(evaluate(Scalar(text, text, (1, 1), "key", plain=not quoted), scope))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("${project}", "shop"),
        ("${ index }", 2),
        ("${index + 1}", 3),
        ("${1 + 2 * 3}", 7),
        ("${(1 + 2) * 3}", 9),
        ("${-index}", -2),
        ("${- (index)}", -2),
        ("${7 // 2 - 7 % 4}", 0),
        ("${10-2-3}", 5),
        ("${index-1}", 1),
        ("${env.SIZE}", "1GiB"),
        ("${env.N}", 7),
        ("${env.N * 2}", 14),
        ("${env.FLAG}", True),
        ("${env.TRAP}", "[a, b]"),
        ("${env.NULL}", "~"),
        ("${env.NESTED}", "${index}"),
        ("${env.GONE:-default}", "default"),
        ("${env.GONE:-}", ""),
        ("${env.GONE:-7}", 7),
        ("${env.GONE:-a: [b]}", "a: [b]"),
        ("${env.EMPTY:-default}", "default"),
        ("${env.EMPTY}", ""),
        ("${env.N:-8}", 7),
        ("${each.key}", "k"),
        ("${each.value.size}", "2GiB"),
        ("${each.value.list.0}", "a"),
        ("${each.value.list.1}", {"b": "c"}),
        ("${each.value.list}", ["a", {"b": "c"}]),
        ("80${index}", 802),
        ("${index}${index}", 22),
        ("a-${index}-${env.N}", "a-2-7"),
        ("$${HOME}", "${HOME}"),
        ("$$${index}", "$${index}"),
        ("$HOME $(date) $", "$HOME $(date) $"),
    ],
)
def test_it_gives(text, value, scope):
    assert result(text, scope) == value
    assert type(result(text, scope)) is type(value)


def test_a_quoted_text_stays_a_text(scope):
    assert result("80${index}", scope, quoted=True) == "802"


def test_a_quoted_expression_keeps_its_type(scope):
    assert result("${index}", scope, quoted=True) == 2


def test_a_result_is_not_evaluated_again(scope):
    assert not evaluate(Scalar("${env.NESTED}", "${env.NESTED}", (1, 1), ""), scope).dynamic


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("${HOME}", "unknown name 'HOME'"),
        ("${env.GONE}", "the environment variable GONE is not set"),
        ("${env}", "unknown name 'env'"),
        ("${index", "`${` without its `}`"),
        ("x ${", "`${` without its `}`"),
        ("${}", "is not an expression"),
        ("${1 +}", "is not an expression"),
        ("${1 2}", "is not an expression"),
        ("${(1}", "is not an expression"),
        ("${#array}", "is not an expression"),
        ("${x%.*}", "is not an expression"),
        ("${1.5}", "is not an expression"),
        ("${1 // 0}", "divides by zero"),
        ("${1 % 0}", "divides by zero"),
        ("${project + 1}", "project is the text 'shop', not a whole number"),
        ("${each.value + 1}", "each.value is a map, not a whole number"),
        ("${each.value.size.x}", "has no 'x': it is the text '2GiB'"),
        ("${each.value.list.9}", "has no '9': it is a list"),
        ("${each.value.cores}", "has no 'cores': there are size, n, list, none"),
        ("x${each.value}", "is a map, which has no place inside a text"),
        ("x${each.value.none}", "is nothing, which has no place inside a text"),
        ("${9999999999 * 9999999999}", "is too large"),
        ("${" + "9" * 900 + "}", "is too large"),
        ("${" + "1+" * 600 + "1}", "more than 1000 characters"),
        ("${" + "(" * 100 + "1" + ")" * 100 + "}", "nested deeper than 32 levels"),
        ("${" + "-" * 900 + "1}", "nested deeper than 32 levels"),
    ],
)
def test_it_refuses(text, message, scope):
    with pytest.raises(ExpressionError) as caught:
        result(text, scope)
    assert message in str(caught.value)


def test_a_variable_of_the_shell_gets_the_way_to_write_it(scope):
    with pytest.raises(ExpressionError) as caught:
        result("echo ${HOME}", scope)
    assert caught.value.hint == "write $${HOME} to leave it to the guest's shell"


def test_every_wrong_piece_of_a_text_is_found():
    source = "${nam} $${left} ${1 // 0} ${1 + 1} ${"
    text = Scalar(source, source, (1, 1), "key")

    assert [str(error).partition(",")[0] for error in wrong(text, Scope({}, {}))] == [
        "unknown name 'nam' in ${…}",
        "${1 // 0} divides by zero",
        "`${` without its `}`",
    ]
