"""Tests mirror the sources: src/serai/x/y.py has tests/x/test_y.py, or a reason not to."""

from __future__ import annotations

import ast
from pathlib import Path

ROOT = Path(__file__).parents[2]
NO_TEST: dict[str, str] = {
    "src/serai/__main__.py": "one call; tests/house/test_start.py runs it",
}
"""Source -> why it has no test of its own. An entry whose source has a test, or is gone, fails."""


def has_logic(source) -> bool:
    """Whether it decides something: a branch, a loop, a failure that is caught."""
    return any(isinstance(node, ast.If | ast.For | ast.While | ast.Try) for node in ast.walk(source.tree))


def test_of(path: Path) -> Path:
    inner = path.relative_to("src/serai")
    return ROOT / "tests" / inner.parent / f"test_{inner.stem.strip('_')}.py"


test_of.__test__ = False  # type: ignore[attr-defined]


def test_every_source_with_logic_has_its_test(sources):
    untested = [
        f"{source.path} wants {test_of(source.path).relative_to(ROOT)}"
        for source in sources
        if has_logic(source) and str(source.path) not in NO_TEST and not test_of(source.path).exists()
    ]

    assert untested == []


def test_no_exception_outlives_its_reason():
    stale = [name for name in NO_TEST if not (ROOT / name).exists() or test_of(Path(name)).exists()]

    assert stale == []


def test_logic_is_told_from_declarations(parse):
    assert has_logic(parse("serai.util.x", "def f(a):\n    if a:\n        return 1"))
    assert not has_logic(
        parse("serai.spec.x", "class A:\n    size: int = 0\n\n    def half(self):\n        return 1")
    )
