"""The sources as the house rules see them: parsed once."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCES = ROOT / "src"


class Source:
    """One file of src/: its dotted module name and its syntax tree."""

    def __init__(self, module: str, text: str, path: Path | None = None) -> None:
        self.module = module
        self.path = path or Path(module.replace(".", "/") + ".py")
        self.text = text
        self.tree = ast.parse(text)

    @property
    def package(self) -> str:
        """The layer it is in: `run` for serai.run.wait, `` for serai itself."""
        parts = self.module.split(".")
        return parts[1] if len(parts) > 1 and parts[1] != "__main__" else ""

    def imports(self) -> list[tuple[str, int]]:
        """Every module that is imported anywhere in the file, with its line; `from a import b` is `a.b`."""
        found: list[tuple[str, int]] = []
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                found += [(alias.name, node.lineno) for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                found += [(f"{node.module}.{alias.name}", node.lineno) for alias in node.names]
        return found


def source_of(path: Path) -> Source:
    parts = list(path.relative_to(SOURCES).with_suffix("").parts)
    if parts[-1] == "__init__":
        parts.pop()
    return Source(".".join(parts), path.read_text(encoding="utf-8"), path.relative_to(ROOT))


@pytest.fixture(scope="session")
def sources() -> list[Source]:
    return [source_of(path) for path in sorted(SOURCES.rglob("*.py"))]


@pytest.fixture(scope="session")
def parse():
    """`parse("serai.run.wait", text)`: a source that a test makes up."""
    return Source
