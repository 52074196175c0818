"""Commands and copies in machines of a project, over a real SSH server and this host's shell."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from serai.providers.contract import Endpoint, ExecEndpoint
from serai.run.reach import copy, everywhere, place, rsync
from serai.spec.folder import SyncedFolder
from serai.spec.machine import Machine, Project
from serai.util.errors import Code, SeraiError


class Stand:
    """A workspace whose machines are this host; `off` is one that does not run."""

    def __init__(self, root: Path) -> None:
        names = {"web": ["env", "WHERE=web"], "db": ["env", "WHERE=db"]}
        self.argv = {**names, "fork": ["env", "WHERE=fork"]}
        machines = {name: Machine(name=name, env={"WHO": name}) for name in (*names, "off")}
        folder = SyncedFolder(source="app", target=str(root / "guest"))
        machines["web"] = Machine(name="web", env={"WHO": "web"}, synced_folders=[folder])
        self.project = Project(project="shop", machines=machines)
        self.scope = type("Scope", (), {"root": root})()

    def beside_the_file(self) -> dict[str, Machine]:
        return {"fork": Machine(name="fork")}

    def provider(self, name: str) -> Any:
        return self

    def endpoint(self, name: str) -> Endpoint:
        if name not in self.argv:
            raise SeraiError(Code.FAILED, f"{name} is stopped", hint=f"serai up {name}")
        return ExecEndpoint(argv=tuple(self.argv[name]), user="root")


@pytest.fixture
def shop(tmp_path: Path) -> Any:
    return Stand(tmp_path)


def test_a_command_runs_everywhere_and_one_failure_stops_no_other(shop: Any) -> None:
    lines: list[tuple[str, str]] = []
    answers = everywhere(
        shop, list(shop.project.machines.values()), "echo $WHERE $WHO", lambda *line: lines.append(line)
    )
    assert sorted(lines) == [("db", "db db"), ("web", "web web")]
    assert (answers["web"].code, answers["db"].stdout) == (0, "db db\n")
    assert answers["off"].code == 1
    assert "off is stopped" in answers["off"].error


def test_places_are_told_apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a:b").touch()
    assert place("web:/etc", ["web"]) == ("web", "/etc")
    assert place("web:", ["web"]) == ("web", "~")
    assert place("./web:/etc", ["web"]) == (None, "./web:/etc")
    assert place("a:b", ["web"]) == (None, "a:b")
    with pytest.raises(SeraiError, match="no machine is called 'wep'"):
        place("wep:/etc", ["web"])


def test_files_go_in_out_and_across(shop: Any, tmp_path: Path) -> None:
    (tmp_path / "data").write_text("x")
    copy(shop, str(tmp_path / "data"), f"web:{tmp_path}/in")
    copy(shop, f"web:{tmp_path}/in", f"{tmp_path}/out/")
    copy(shop, f"web:{tmp_path}/in", f"db:{tmp_path}/across")
    assert (tmp_path / "out" / "in").read_text() == (tmp_path / "across").read_text() == "x"
    with pytest.raises(SeraiError) as refused:
        copy(shop, "a", "b")
    assert refused.value.code is Code.USAGE


def test_files_go_into_machines_that_are_not_in_the_file(shop: Any, tmp_path: Path) -> None:
    (tmp_path / "data").write_text("x")
    copy(shop, str(tmp_path / "data"), f"fork:{tmp_path}/in")
    assert (tmp_path / "in").read_text() == "x"
    with pytest.raises(SeraiError, match="no machine is called 'fort'") as refused:
        copy(shop, str(tmp_path / "data"), "fort:/in")
    assert "fork" in refused.value.hint


def test_folders_are_copied_again(shop: Any, tmp_path: Path) -> None:
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / "f").write_text("x")
    said: list[str] = []
    assert rsync(shop, shop.project.machines["web"], said.append) == 1
    assert (tmp_path / "guest" / "f").read_text() == "x"
    assert any("copying all of app by tar" in phrase for phrase in said)
    assert rsync(shop, shop.project.machines["db"], said.append) == 0
