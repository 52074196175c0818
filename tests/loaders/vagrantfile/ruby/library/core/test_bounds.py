"""What would fill the memory or never end is refused, before it does."""

from __future__ import annotations

import pytest

HOSTILE = [
    '"a" * 10**9',
    '"a" * 2**62',
    "[0] * 10**9",
    "Array.new(10**9)",
    "Array.new(10**9) { 1 }",
    '"a".ljust(10**9)',
    '"a".center(10**10)',
    '"%1000000000d" % 1',
    '"%.1000000000f" % 1',
    '"%*d" % [10**9, 1]',
    "(1..10**9).to_a",
    "(1..10**12).map { |x| x }",
    "1 << 10**9",
    "(a = [0] * 1000; a.product(a, a, a))",
    "[*1..30].permutation.to_a",
    "[*1..60].combination(30).count",
    "(0..9).to_a.repeated_permutation(12).to_a",
    '(s = "aaaaaaaa"; loop { s << s })',
    '(s = "aaaaaaaa"; loop { s += s })',
    "(a = [1, 2]; loop { a.concat(a) })",
    "(a = [1]; loop { a << a.dup })",
    "(h = {}; loop { h[h.size] = 1 })",
    "loop { }",
    "(1..).each { }",
    "1.step(by: 1) { }",
    "[1].cycle { }",
    "(1..).to_a rescue 1; (1..).map { |x| x }",
    '("a"..).each { }',
    '"a".upto("z" * 30) { }',
    "(10**9).times { }",
    "(a = [0]; a[10**9] = 1)",
    "[].fill(0, 0, 10**9)",
    '("ab" * 1000).gsub(/./, "x" * 1_000_000)',
    '("ab" * 1000).gsub("a", "x" * 1_000_000)',
    '("a" * 30).gsub("", "b" * 10**8)',
    '["a" * 10**6] * 1000 * ","',
    "(a = []; a << a; a.flatten rescue 1; b = []; 2000.times { b = [b] }; b.flatten)",
    '"a".tr("a", "\\u0001-\\u{10ffff}" * 100)',
    "(7 ** 10_000_000).to_s",
    "(x = 3; loop { x = x * x })",
    "(2 ** 100_000).to_s(7) * 10**6",
    'Integer("9" * 10**7)',
    '("a" * 10**6).each_char.to_a.permutation(3).to_a',
]


@pytest.mark.parametrize("expression", HOSTILE)
@pytest.mark.timeout(30)
def test_it_is_refused_in_time(answer_soon, expression):
    said = answer_soon(expression)

    assert said.startswith("refused: ")


def test_what_a_person_writes_is_not(answer):
    assert answer('("a".."zz").to_a.size') == "702"
    assert answer('s = ""; 10_000.times { |i| s << "line #{i}\n" }; s.size') == "98890"
    assert answer('s = ""; 500.times { |i| s += "line #{i}\n" }; s.size') == "4390"
    assert answer("(1..10_000).map { |i| [i, i.to_s] }.to_h.size") == "10000"
