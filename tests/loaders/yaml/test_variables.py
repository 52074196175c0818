"""Names that no shell can export are told at their place."""

from __future__ import annotations

import pytest

from serai.loaders.yaml import load
from serai.util.errors import SeraiErrors


@pytest.mark.parametrize(
    "keys",
    [
        "env: {db-host: x}",
        "env: {1A: x}",
        "env: {'A B': x}",
        "env: {'': x}",
        "provision: {shell: {inline: id, env: {db-host: x}}}",
        "hooks: {before_up: {run: id, env: {db.host: x}}}",
    ],
)
def test_a_name_that_cannot_be_exported_is_told_at_its_place(keys, tmp_path):
    text = f"project: p\nmachines:\n  a:\n    {keys}\n"
    with pytest.raises(SeraiErrors, match="no name of an environment variable") as caught:
        load(tmp_path / "serai.yaml", text=text, environ={})

    (error,) = caught.value.errors
    assert f"serai.yaml:4:{text.splitlines()[3].rindex('{') + 2}" in str(error)


def test_other_names_are_fine(tmp_path):
    text = (
        "project: p\nmachines: {a: {env: {_: 1, A1_b: x, f: mine}, provision: {shell: {inline: id, env: {A: b}}}}}"
    )

    project = load(tmp_path / "serai.yaml", text=text, environ={})

    assert project
