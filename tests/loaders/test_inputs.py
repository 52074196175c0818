"""What a loader asks of the world is written down: variables, places, and that something else was asked."""

from __future__ import annotations

from pathlib import Path

from serai.loaders.inputs import ABSENT, FILE, OTHER, Inputs, kind


def test_variables_are_noted_set_or_not() -> None:
    inputs = Inputs({"A": "1", "B": "2"})

    assert (inputs.environ.get("A"), inputs.environ.get("C")) == ("1", None)
    assert inputs.variables == {"A": "1", "C": None}
    assert inputs.whole


def test_who_reads_all_variables_has_inputs_that_are_not_whole() -> None:
    for ask in (list, len, dict):
        inputs = Inputs({"A": "1"})
        ask(inputs.environ)
        assert not inputs.whole


def test_places_are_noted_as_they_are_found(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    inputs = Inputs({})

    found = [inputs.look(tmp_path, text) for text in ("file", ".", "none", "file/below", str(tmp_path / "file"))]

    assert found == [FILE, OTHER, ABSENT, ABSENT, FILE]
    assert inputs.places == {
        f"{tmp_path}/file": FILE,
        str(tmp_path): OTHER,
        f"{tmp_path}/none": ABSENT,
        f"{tmp_path}/file/below": ABSENT,
    }
    assert inputs.whole


def test_a_place_is_looked_at_once(tmp_path: Path) -> None:
    inputs = Inputs({})
    inputs.look(tmp_path, "late")
    (tmp_path / "late").mkdir()

    assert inputs.look(tmp_path, "late") == ABSENT


def test_a_home_is_not_to_be_written_down(tmp_path: Path) -> None:
    for text in ("~/.profile", "~nobody-of-that-name/x"):
        inputs = Inputs({})
        inputs.look(tmp_path, text)
        assert not inputs.whole


def test_what_cannot_be_looked_at_is_absent(tmp_path: Path) -> None:
    (tmp_path / "circle").symlink_to("circle")

    assert [kind(text) for text in (f"{tmp_path}/{'x' * 300}", "a\0b", f"{tmp_path}/circle")] == [ABSENT] * 3


def test_what_is_called_like_a_home_of_nobody_is_a_file_of_the_project(tmp_path: Path) -> None:
    (tmp_path / "~nobody-of-that-name").write_text("")
    inputs = Inputs({})

    assert inputs.look(tmp_path, "~nobody-of-that-name") == FILE
    assert inputs.look(tmp_path, "~nobody\0/x") == ABSENT
