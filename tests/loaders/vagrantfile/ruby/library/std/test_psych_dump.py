"""What is written reads back the same; how Ruby writes it is in expressions/psych.txt."""

from __future__ import annotations

import pytest

from serai.util.errors import SeraiError


@pytest.mark.parametrize(
    "value",
    [
        '["yes", "1", "1.5", ":a", "", "~", "12:30", "2020-01-01", "a: b", "# c", "- d", "<<", "0x1f", "08"]',
        '{"a" => {"b" => [nil, true, 1, 1.5, :c, "d\\ne\\n"]}, :k => [[], {}]}',
        '["x" * 200, "tab\\there", " lead", "trail ", "é", "\\u0007"]',
    ],
)
def test_it_reads_back_the_same(run, value):
    assert run(f"v = {value}; YAML.load(v.to_yaml) == v").value == "true"


def test_an_array_inside_itself_is_an_anchor(run):
    assert run("a = [1]; a << a; a.to_yaml").value == r'"--- &1\n- 1\n- *1\n"'


def test_too_deep_is_refused(run):
    with pytest.raises(SeraiError, match="more than 200 deep"):
        run("a = []; 500.times { a = [a] }; a.to_yaml")
