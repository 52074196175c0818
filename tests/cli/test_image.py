"""`serai image` as a person types it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from serai.cli.image import image
from serai.images.store import Store
from serai.util.errors import Code, SeraiError


def call(*words: str) -> Result:
    return CliRunner().invoke(image, words, catch_exceptions=True)


@pytest.fixture
def imported(home: Path, tmp_path: Path) -> str:
    disk = tmp_path / "disk.raw"
    disk.write_bytes(bytes(510) + b"\x55\xaa" + bytes(4096))
    done = call("import", str(disk), "--name", "mine", "--user", "ann", "--arch", "amd64")
    assert done.exit_code == 0, done.output
    return done.output


@pytest.mark.usefixtures("imported")
def test_an_import_is_listed_inspected_and_pruned():
    listed = json.loads(call("list", "--json").stdout)["images"]
    assert [(row["reference"], row["arch"]) for row in listed] == [("mine", "amd64")]
    shown = json.loads(call("inspect", "mine", "--arch", "amd64", "--json").stdout)
    assert shown["user"] == "ann" and Path(shown["disk"]).exists()
    assert "mine (amd64)" in call("prune", "--all", "--dry-run").stdout
    assert Store().refs()
    assert call("prune", "--all").exit_code == 0
    assert not Store().refs() and not Path(shown["disk"]).exists()


@pytest.mark.usefixtures("home")
def test_list_all_names_what_could_be_had():
    known = [row["reference"] for row in json.loads(call("list", "--all", "--json").stdout)["known"]]
    assert {"tiny", "debian:12", "debian:12-cloud", "fedora:43"} <= set(known)


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize(
    ("words", "code", "why"),
    [
        (("inspect", "tiny"), Code.MISSING, "not in the store"),
        (("build", "tinny"), Code.INPUT, "cannot build"),
        (("pull", "nothing:1"), Code.INPUT, "no such image"),
        (("prune", "--older", "soon"), Code.USAGE, "not a duration"),
        (("import", "/not/there", "--name", "x"), Code.INPUT, "does not exist"),
        (("import", "/not/there", "--name", "tiny"), Code.INPUT, "has an image of that name"),
        (("import", "/not/there", "--name", "x", "--max-size", "9"), Code.USAGE, "no unit"),
    ],
)
def test_a_mistake_is_told_in_one_sentence(words: tuple[str, ...], code: Code, why: str):
    error = call(*words).exception
    assert isinstance(error, SeraiError)
    assert error.code is code
    assert why in error.message


@pytest.mark.usefixtures("imported")
@pytest.mark.parametrize("kind", ["refs", "manifests"])
@pytest.mark.parametrize("content", [b"", b"\xff{", b"null", b"[]", b"{}"])
def test_a_damaged_image_is_listed_as_such_and_nothing_is_pruned(
    kind: str, content: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    other = tmp_path / "disk.raw"
    assert call("import", str(other), "--name", "other", "--user", "bob", "--arch", "amd64").exit_code == 0
    file = Store().ref_files()[0] if kind == "refs" else Store()._manifest_file(Store().refs()[0].digest)
    file.chmod(0o644)
    file.write_bytes(content)

    listed = call("list")
    assert listed.exit_code == 0
    first, second = listed.stdout.splitlines()
    assert first.startswith("mine ") and f"{file} is damaged" in first
    assert second.startswith("other ") and "is damaged" not in second
    rows = json.loads(call("list", "--json").stdout)["images"]
    assert [(row["reference"], row["arch"], bool(row["damaged"])) for row in rows] == [
        ("mine", "amd64", True),
        ("other", "amd64", False),
    ]
    monkeypatch.setattr("serai.cli.layers.drop", lambda **_: pytest.fail("a layer went"))
    for words in (["prune", "--all"], ["inspect", "mine", "--arch", "amd64"]):
        error = call(*words).exception
        assert isinstance(error, SeraiError) and error.code is Code.CORRUPT
        assert str(file) in error.message
