"""Hooks and folders whose keys do not fit are refused where they stand."""

from __future__ import annotations

from pathlib import Path

import pytest

from serai.loaders.yaml import load
from serai.util.errors import SeraiError

HOOK = "machines: {web: {image: tiny, hooks: {before_up: [{%s}]}}}"
FOLDER = "machines: {web: {image: tiny, synced_folders: [{source: ., target: /srv, %s}]}}"


def refused(text: str, tmp_path: Path) -> str:
    with pytest.raises(SeraiError) as failed:
        load(tmp_path / "serai.yaml", text=f"project: shop\n{text}\n", environ={})
    return str(failed.value)


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ("env: {A: b}", "runs nothing"),
        ("run: a, path: b", "only one of run and path can be stated"),
        ("path: nowhere.sh", "there is no file 'nowhere.sh'"),
        ("run: a, privileged: true", "on the host a hook runs as who calls serai"),
        ("run: a, once: true, on: guest", "a hook that fires once a call has no guest"),
        ("run: a, ignore: [halts]", "no verb is called 'halts' (did you mean 'halt'?)"),
        ("run: a, only_on: ['/[/']", "is no pattern"),
    ],
)
def test_a_hook_is_refused(keys: str, said: str, tmp_path: Path) -> None:
    assert said in refused(HOOK % keys, tmp_path)


def test_a_hook_around_a_step_is_a_machine_s(tmp_path: Path) -> None:
    text = "machines: {web: {image: tiny, hooks: {after_start: [{run: a, once: true}]}}}"
    assert "after_start is a step's" in refused(text, tmp_path)


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ("rsync: {direction: both}", "rsync copies one way: of a file that changed on both sides"),
        ("nfs: {version: 4}", "is not used by type rsync"),
        ("type: nfs, nfs: {udp: true}", "only version 3 goes by UDP"),
        ("security: mapped", "is not used by type rsync"),
    ],
)
def test_a_folder_is_refused(keys: str, said: str, tmp_path: Path) -> None:
    assert said in refused(FOLDER % keys, tmp_path)


def test_what_fits_is_taken(tmp_path: Path) -> None:
    text = (
        FOLDER
        % "type: nfs, fallback: [rsync], nfs: {version: 3, udp: true, map_uid: 1000}, mount_options: [noatime]"
    )
    folder = (
        load(tmp_path / "serai.yaml", text=f"project: shop\n{text}\n", environ={})
        .machines["web"]
        .synced_folders[0]
    )
    assert (folder.nfs.version, folder.nfs.map_uid, folder.mount_options) == ("3", 1000, ["noatime"])


def test_values_that_are_sensitive_are_read_with_expressions(tmp_path: Path) -> None:
    text = "project: shop\nsensitive: ['${env.LICENCE}', plain]\nmachines: {web: {image: tiny}}\n"
    project = load(tmp_path / "serai.yaml", text=text, environ={"LICENCE": "abc-def"})
    assert project.sensitive == ["abc-def", "plain"]
