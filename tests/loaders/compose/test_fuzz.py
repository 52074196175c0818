"""Whatever the files hold, reading gives a project or its own errors, and soon."""

from __future__ import annotations

from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from compose_cases import CASES, NAMES, loaded
from serai.loaders.compose.dotenv import Line, entries
from serai.loaders.compose.interpolate import Wrong, substitute
from serai.loaders.compose.service import KNOWN
from serai.loaders.compose.write import to_yaml
from serai.util.errors import SeraiError

QUICK = settings(
    deadline=3000, max_examples=200, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
TEXTS = [(CASES / name / "compose.yaml").read_text() for name in NAMES]
WORDS = sorted(
    {word for text in TEXTS for word in text.split()} | {"${", "$", "!reset", "*a", "&a", "<<:", "- ", "{", "}"}
)
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-2, 70000)
    | st.floats(0, 9)
    | st.sampled_from(WORDS)
    | st.text(max_size=8)
)
KEYS = st.sampled_from([*KNOWN, "condition", "source", "target", "type", "web", "x-a", "file", "driver"])
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3), max_leaves=8
)


def read(path: Path, text: str) -> None:
    """It is read, and can be written and read again; or it is refused by errors that name the file."""
    path.write_text(text)
    try:
        project = loaded(path)
    except SeraiError as error:
        assert "compose.yaml" in str(error)
        return
    again = path.with_name("again.yaml")
    again.write_text(to_yaml(project))
    assert loaded(again, {}) == project


@QUICK
@given(st.dictionaries(st.sampled_from(KNOWN), VALUES, max_size=4), VALUES)
def test_any_service(tmp_path: Path, keys: dict[str, object], top: object) -> None:
    import yaml

    data = {"name": "shop", "services": {"web": {"image": "x", **keys}, "db": {"image": "y"}}, "volumes": top}
    read(tmp_path / "compose.yaml", yaml.safe_dump(data, allow_unicode=True))


@QUICK
@given(st.sampled_from(TEXTS), st.integers(0, 400), st.sampled_from(WORDS), st.integers(0, 6))
def test_a_file_with_something_else_in_it(tmp_path: Path, text: str, at: int, word: str, cut: int) -> None:
    read(tmp_path / "compose.yaml", "name: shop\n" + text[: at % len(text)] + word + text[at % len(text) + cut :])


@QUICK
@given(st.text())
def test_any_text(tmp_path: Path, text: str) -> None:
    read(tmp_path / "compose.yaml", text.encode(errors="replace").decode())


@QUICK
@given(st.text(alphabet="aA_1${}:-?+ \n'\"\\#="), st.booleans())
def test_any_variable_and_any_line(text: str, raw: bool) -> None:
    try:
        assert isinstance(substitute(text, {"A": "x"}.get, lambda name: None), str)
    except Wrong as wrong:
        assert str(wrong)
    try:
        assert isinstance(entries(text, {"A": "x"}.get, raw=raw), dict)
    except Line as line:
        assert 1 <= line.line <= text.count("\n") + 1
