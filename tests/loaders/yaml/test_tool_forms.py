"""Short forms of tools; what each means is in test_forms."""

from __future__ import annotations

import pytest

from serai.loaders.yaml.forms import form_of
from serai.loaders.yaml.nodes import plain
from serai.loaders.yaml.parse import parse
from serai.loaders.yaml.problems import Problems
from serai.loaders.yaml.tool_forms import TOOL_FORMS
from serai.spec.provision import Shell
from serai.spec.provisioners.engines import Docker
from serai.spec.provisioners.puppet import Puppet
from serai.spec.provisioners.salt import Salt


@pytest.mark.parametrize(
    ("cls", "text", "long"),
    [
        (Docker, "false", None),
        (Docker, "[]", {"images": []}),
        (Salt, "false", None),
        (Puppet, "{manifest_file: site.pp}", {"manifest_file": "site.pp"}),
        (Puppet, "null", None),
    ],
)
def test_what_is_not_shorter_stays(cls: type, text: str, long: object) -> None:
    problems = Problems("f")
    node = TOOL_FORMS[cls].expand(parse(f"x: {text}", problems).items["x"], problems)

    assert node is not None
    assert plain(node) == long
    assert len(problems) == 0


def test_a_form_is_found_by_its_struct() -> None:
    assert form_of(Docker) is TOOL_FORMS[Docker]
    assert form_of(Shell) is not None
    assert form_of(Problems) is None
