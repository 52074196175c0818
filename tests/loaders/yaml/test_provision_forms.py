"""What is no block of a provisioner is said; what short forms mean is in test_forms."""

from __future__ import annotations

import pytest

from serai.loaders.yaml.parse import parse
from serai.loaders.yaml.problems import Problems
from serai.loaders.yaml.provision_forms import PROVISION_FORMS
from serai.spec.provision import Provision, Shell


@pytest.mark.parametrize(
    ("cls", "text", "message"),
    [
        (Provision, "{shell: a, salt: true}", "only one of shell and salt can be stated"),
        (Provision, "{name: x, run: always}", "needs one of shell, file, reload, ansible"),
        (Shell, "{args: [a]}", "needs one of inline, path"),
    ],
)
def test_a_block_is_of_one_kind(cls: type, text: str, message: str) -> None:
    problems = Problems("f")
    PROVISION_FORMS[cls].expand(parse(f"x: {text}", problems).items["x"], problems)

    assert [message in str(error) for error in problems.errors()] == [True]


def test_an_unknown_key_is_left_for_the_better_message() -> None:
    problems = Problems("f")
    node = parse("x: {shel: a}", problems).items["x"]

    assert PROVISION_FORMS[Provision].expand(node, problems) is node
    assert len(problems) == 0
