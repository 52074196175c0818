"""Each distribution has its own packages for a role, or a reason not to: cases.yaml."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from serai.host.setup.offer import family_of, packages, table
from serai.host.setup.roles import ROLES, Asked
from serai.util.errors import Code, SeraiError
from setup_hosts import facts, host

CASES = yaml.safe_load(Path(__file__).with_name("cases.yaml").read_text())


def facts_of(root, name):
    case = CASES[name]
    return facts(
        host(root, case["system"], case["tool"], case.get("processor", "vendor_id : x"), case.get("files"))
    )


@pytest.mark.parametrize(
    ("name", "role"), [(name, role) for name in CASES for role in ROLES if role in CASES[name]]
)
def test_the_packages_of_a_role_are_those_of_the_distribution(tmp_path, name, role):
    found = packages(role, facts_of(tmp_path, name))

    assert set(CASES[name][role].split()) <= set(found)
    assert len(found) == len(set(found))


@pytest.mark.parametrize(
    ("name", "role"), [(name, role) for name in CASES for role in CASES[name].get("refused", ())]
)
def test_what_a_distribution_has_not_is_said_with_the_way_on(tmp_path, name, role):
    with pytest.raises(SeraiError) as refused:
        packages(role, facts_of(tmp_path, name))

    assert refused.value.code is Code.UNSUPPORTED
    assert CASES[name]["refused"][role] in refused.value.message
    assert refused.value.hint


@pytest.mark.parametrize("name", [name for name in CASES if "services" in CASES[name]])
def test_libvirts_daemons_are_those_of_the_distribution(tmp_path, name):
    planned = ROLES["libvirt"].plan(facts_of(tmp_path, name), Asked())
    units = [change.unit for change in planned.changes if hasattr(change, "unit")]

    assert units[:2] == CASES[name]["services"]


def test_every_family_has_packages_for_every_role_or_a_reason():
    for role in ROLES:
        row = table()[role]
        for family in ("debian", "fedora", "rhel", "suse", "arch"):
            assert family in row or family in table()["missing"].get(role, {}), (role, family)


def test_a_family_is_found_by_what_it_is_like():
    assert family_of({"ID": "opensuse-tumbleweed"}) == "suse"
    assert family_of({"ID": "endeavouros", "ID_LIKE": "arch"}) == "arch"
