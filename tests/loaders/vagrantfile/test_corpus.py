"""A corpus of Vagrantfiles comes to what a real Vagrant makes of them.

`expected.json` is what Debian's vagrant 2.3.4 said (oracle/dump.rb), in the form of `vagrant_forms`. A file
that it gives
up on says so in case.json ("apart"), and is compared with what was read here and looked at by hand.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from real_vagrant import dumped
from serai.loaders.access import NONE, SANDBOXED, Access
from serai.loaders.vagrantfile import load
from serai.loaders.vagrantfile.config.document import document
from vagrant_forms import from_serai, from_vagrant

CORPUS = Path(__file__).parent / "corpus"
REAL = Path("/usr/share/rubygems-integration/all/gems/vagrant-2.3.4")
CASES = sorted(path for path in CORPUS.iterdir() if path.is_dir())


def settings(case: Path) -> dict[str, Any]:
    path = case / "case.json"
    return dict(json.loads(path.read_text())) if path.exists() else {}


def as_read(case: Path, access: Access = NONE) -> dict[str, Any]:
    stated = settings(case)
    user = case / "home" / "Vagrantfile"

    def boxes(name: str, version: str | None, provider: str, architecture: str | None) -> Path | None:
        path = case / "boxes" / name.replace("/", "-") / "Vagrantfile"
        return path if path.exists() else None

    config = load(
        case / "Vagrantfile",
        provider=stated.get("provider", "libvirt"),
        environ={"HOME": "/nonexistent", **stated.get("env", {})},
        boxes=boxes,
        user_vagrantfile=user if user.exists() else None,
        check=False,
        access=access,
    )
    return json.loads(json.dumps(from_serai(document(config))))  # type: ignore[no-any-return]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_file_comes_to_what_vagrant_makes_of_it(case):
    assert as_read(case) == json.loads((case / "expected.json").read_text())


BY_RUBY = """
    addresses box_file box_v1 chef_merge class_of_machines docker_machines environment erb_template other_providers
    provision_puppet
"""


@pytest.mark.parametrize("name", BY_RUBY.split())
def test_a_real_ruby_comes_to_the_same(name, need_sandbox):
    assert as_read(CORPUS / name, Access(ruby=SANDBOXED)) == json.loads(
        (CORPUS / name / "expected.json").read_text()
    )


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_a_real_ruby_comes_to_the_same_for_all_of_them(need_sandbox):
    by_ruby = Access(ruby=SANDBOXED)
    wrong = [
        case.name for case in CASES if as_read(case, by_ruby) != json.loads((case / "expected.json").read_text())
    ]

    assert wrong == []


@pytest.mark.slow
@pytest.mark.timeout(900)  # a third of a second of CPU each; wall time is several times that on a busy host
def test_what_is_expected_is_what_vagrant_says(need, tmp_path):
    if not REAL.exists():
        pytest.skip("only where vagrant 2.3.4 is, as on Debian 12")
    need("ruby")
    cases = [case for case in CASES if "apart" not in settings(case)]
    wrong = {}
    for case, found in zip(cases, dumped(cases, tmp_path), strict=True):
        said = found if "error" in found else from_vagrant(found)
        if said != json.loads((case / "expected.json").read_text()):
            wrong[case.name] = said

    assert wrong == {}
