"""serai host tune: what would change is shown, done only when it may be, and read back."""

from __future__ import annotations

import json

import pytest

from serai.cli.main import run

TEXT = "w /sys/kernel/mm/transparent_hugepage/enabled - - - - madvise"


@pytest.fixture
def tree(tmp_path):
    for name in ("etc", "run", "var/lib"):
        (tmp_path / name).mkdir(parents=True)
    return tmp_path


def test_a_dry_run_shows_a_diff_and_changes_nothing(tree, capsys):
    assert run(["host", "tune", "thp", "-n", "--root", str(tree)]) == 2
    assert f"+{TEXT}" in capsys.readouterr().out
    assert not (tree / "etc/tmpfiles.d").exists()


def test_without_a_terminal_nobody_is_asked(tree, capsys):
    assert run(["host", "tune", "thp", "--root", str(tree)]) == 4
    assert "there is no terminal to ask on" in capsys.readouterr().err
    assert not (tree / "etc/tmpfiles.d").exists()


def test_it_is_done_listed_and_undone(tree, capsys):
    assert run(["host", "tune", "thp", "-y", "--root", str(tree)]) == 0
    assert TEXT in (tree / "etc/tmpfiles.d/90-serai-thp.conf").read_text()
    assert run(["host", "tune", "thp", "-n", "--root", str(tree)]) == 0
    assert "thp: nothing to do" in capsys.readouterr().out
    assert run(["host", "tune", "--root", str(tree)]) == 0
    assert "Applied:\n  thp" in capsys.readouterr().out
    assert run(["host", "undo", "thp", "-y", "--root", str(tree)]) == 0
    assert sorted(path.name for path in tree.rglob("*") if path.is_file()) == ["serai-host.lock"]


def test_as_json_it_says_what_was_read_back(tree, capsys):
    assert run(["host", "tune", "thp=never", "-y", "--json", "--root", str(tree)]) == 0
    found = json.loads(capsys.readouterr().out)["tunings"][0]

    assert (found["id"], found["value"]) == ("thp", "never")
    assert [each["state"] for each in found["result"]] == ["pending", "done"]


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["tph"], "there is no tuning tph"),
        (["thp=no"], "there are madvise, never, always"),
        (["thp", "--for", "many"], "no such file, and no size"),
        (["thp", "--root", "/none"], "/none is no directory"),
    ],
)
def test_what_is_wrong_is_said_once(tree, capsys, args, said):
    assert run(["host", "tune", "--root", str(tree), *args]) == 3
    assert said in capsys.readouterr().err


def test_a_role_has_its_tunings_each_with_its_value(tree, capsys):
    assert run(["host", "tune", "--role", "realtime", "-n", "--json", "--root", str(tree)]) == 2
    found = {each["id"]: each for each in json.loads(capsys.readouterr().out)["tunings"]}

    assert found["thp"]["value"] == "never"
    assert {"swappiness", "ksm", "numa-balancing", "tuned"} <= set(found)


def test_what_a_role_cannot_have_here_keeps_the_rest_from_nothing(tree, capsys, monkeypatch):
    import msgspec

    from serai.host.tunings.known import TUNINGS
    from serai.util.errors import Code, SeraiError

    def refused(facts, asked):
        raise SeraiError(Code.UNSUPPORTED, "not on this host", hint="another one")

    monkeypatch.setitem(TUNINGS, "swappiness", msgspec.structs.replace(TUNINGS["swappiness"], plan=refused))
    assert run(["host", "tune", "--role", "vm-host", "-y", "--root", str(tree)]) == 0
    assert "swappiness: note: swappiness: not done: not on this host (another one)" in capsys.readouterr().out
    assert (tree / "etc/tmpfiles.d/90-serai-thp.conf").exists()
    assert run(["host", "undo", "--all", "-y", "--root", str(tree)]) == 0


def test_a_name_and_a_role_are_one_too_many(tree, capsys):
    assert run(["host", "tune", "thp", "--role", "vm-host", "--root", str(tree)]) == 64
    assert run(["host", "tune", "--role", "xen-dom0", "--root", str(tree)]) == 3
    assert "no tuning belongs to xen-dom0" in capsys.readouterr().err


def test_a_project_says_how_many_huge_pages(tree, tmp_path, capsys):
    project = tmp_path / "serai.yaml"
    text = "project: shop\nmachines: {db: {image: tiny, provider: qemu, memory: {size: 1GiB, hugepages: 2MiB}}}\n"
    project.write_text(text)
    assert run(["host", "tune", "hugepages", "--for", str(project), "-n", "--root", str(tree)]) == 2
    assert "+vm.nr_hugepages = 512" in capsys.readouterr().out


def test_an_interrupted_run_says_how_it_goes_on(tree, capsys, monkeypatch):
    from serai.host.changes.file import WriteFile

    def interrupted(self, reach, before):
        raise KeyboardInterrupt

    monkeypatch.setattr(WriteFile, "do", interrupted)
    assert run(["host", "tune", "thp", "-y", "--root", str(tree)]) == 130
    said = capsys.readouterr().err
    assert "interrupted: what was begun is written down" in said
    again, back = (f"serai host {verb} --root {tree} thp" for verb in ("tune", "undo"))
    assert f"next: {again} goes on from here, {back} puts it back" in said
    monkeypatch.undo()
    assert run(["host", "undo", "thp", "-y", "--root", str(tree)]) == 0
    assert not (tree / "var/lib/serai").exists()
