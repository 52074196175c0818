"""The order of the passes: one pass's errors do not hide another's."""

from __future__ import annotations

from pathlib import Path

import pytest

from serai.loaders.yaml import load
from serai.util.errors import SeraiError, SeraiErrors


def errors(text, path=Path("/nowhere/serai.yaml")):
    with pytest.raises(SeraiErrors) as caught:
        load(path, text=text, environ={})
    return [error.message for error in caught.value.errors]


def test_errors_of_all_passes_come_at_once():
    found = errors(
        """
project: p
project: q
machines:
  a: {memroy: 1G, memory: lots, cpus: 0, user: "${gone}"}
  b: {after: zzz, primary: true}
  c: {primary: true, provision: {shell: {path: gone.sh}}}
"""
    )

    assert [message.split(":")[0] for message in found] == [
        "project",
        "machines.a.memroy",
        "machines.a.memory",
        "machines.a.cpus",
        "machines.a.user",
        "machines.b.after.zzz",
        "machines.c.primary",
        "machines.c.provision.shell.path",
    ]


@pytest.mark.parametrize("directory", ["my project", "-", "x" * 64])
def test_a_directory_that_gives_no_name_needs_one_stated(directory):
    found = errors("machines: {web: {}}", Path(f"/nowhere/{directory}/serai.yaml"))

    assert found == [f"project: is missing, and the directory's name {directory!r} cannot be the project's"]


@pytest.mark.parametrize("version", ["2", "'1'", "[1]", "one"])
def test_another_version_is_refused(version):
    assert errors(f"project: p\nversion: {version}\nmachines: {{web: {{}}}}")[0].startswith(
        "version: this serai reads version 1 of the format"
    )


def test_many_wrong_instances_are_explained_in_moderation():
    found = errors("project: p\nmachines: {web: {count: 100, arch: 'mips${index}'}}")

    assert 1 <= len(found) <= 8


def test_a_name_from_the_environment(tmp_path):
    text = "project: ${env.NAME:-shop}\nmachines: {web: {hostname: '${project}'}}"

    assert load(tmp_path / "x.yaml", text=text, environ={}).machines["web"].hostname == "shop"
    assert load(tmp_path / "x.yaml", text=text, environ={"NAME": "inn"}).project == "inn"
    with pytest.raises(SeraiError, match="must be a name"):
        load(tmp_path / "x.yaml", text=text, environ={"NAME": "a b"})


def test_a_misspelt_machines_is_one_error():
    assert errors("project: p\nvms: {a: {}}") == ["vms: unknown key, did you mean 'machines'?"]


def test_a_text_with_several_wrong_expressions_tells_all():
    found = errors('project: p\nmachines: {a: {hostname: "${nam}-${index}-${env.GONE}"}}')

    assert [message.split(",")[0] for message in found] == [
        "machines.a.hostname: the environment variable GONE is not set",
        "machines.a.hostname: unknown name 'nam' in ${…}",
    ]
