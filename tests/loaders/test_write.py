"""A project is written as a file that loads to the same project."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from serai.loaders.write import to_data, to_json, to_yaml
from serai.loaders.yaml import load
from serai.spec.cpu import Cpu
from serai.spec.disk import Disk
from serai.spec.guest import Guest, GuestFile, Ready
from serai.spec.machine import Machine, Project
from serai.spec.memory import Memory
from serai.spec.provision import Provision, Shell
from serai.util.units import MAX_SIZE

PATH = Path(__file__).parent / "serai.yaml"
# What YAML can hold: no control characters but tab and line feed, and no lone surrogates.
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
VARIABLES = st.from_regex(r"[A-Za-z_][A-Za-z0-9_]{0,20}", fullmatch=True)
NAMES = st.from_regex(r"[a-wyz][a-z0-9]{0,8}", fullmatch=True)
MACHINES = st.builds(
    Machine,
    image=st.none() | TEXT,
    cpu=st.builds(Cpu, count=st.integers(1, 4096), model=st.sampled_from(["auto", "on", "010", "EPYC"])),
    memory=st.builds(Memory, size=st.integers(1, MAX_SIZE)),
    disks=st.dictionaries(NAMES, st.builds(Disk, size=st.integers(1, MAX_SIZE)), max_size=2),
    provision=st.lists(st.builds(Provision, shell=st.builds(Shell, inline=TEXT, args=st.lists(TEXT, max_size=3)))),
    ready=st.builds(Ready, within=st.floats(0, 366 * 86400)),
    guest=st.builds(Guest, files=st.lists(st.builds(GuestFile, path=st.just("/x"), content=TEXT), max_size=2)),
    env=st.dictionaries(VARIABLES, TEXT, max_size=3),
    keep=st.booleans(),
)
PROJECTS = st.builds(Project, project=NAMES, machines=st.dictionaries(NAMES, MACHINES, min_size=1, max_size=3))


@settings(max_examples=100, deadline=None, derandomize=True, phases=[Phase.explicit, Phase.generate])
@given(PROJECTS)
def test_what_is_written_loads_to_the_same(project):
    named = {name: msgspec.structs.replace(machine, name=name) for name, machine in project.machines.items()}
    project = msgspec.structs.replace(project, machines=named)

    assert load(PATH, text=to_yaml(project), environ={}) == project
    assert load(PATH, text=to_json(project), environ={}) == project


@pytest.fixture
def project():
    machines = {
        "web": Machine(name="web", image="tiny", memory=Memory(size=2**30), provider="q" + "emu"),
        "db": Machine(name="db", provision=[Provision(shell=Shell(inline="echo ${HOME}\ndate\n"))]),
    }
    return Project(project="shop", machines=machines)


def test_only_what_differs_from_the_defaults_is_written(project):
    assert to_data(project)["machines"]["web"] == {"image": "tiny", "memory": {"size": "1GiB"}}


def test_a_few_machines_can_be_chosen(project):
    assert list(to_data(project, ["db"])["machines"]) == ["db"]


def test_scripts_are_blocks_and_dollars_are_escaped(project):
    assert "        inline: |\n          echo $${HOME}\n          date\n" in to_yaml(project)
