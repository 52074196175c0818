"""Copies of a directory tree, whole, beside each other: for snapshots of root filesystems."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from serai.util.files import remove_tree
from serai.util.process import run, which

BUDGET = 3600.0


def copy(source: Path, target: Path) -> None:
    """Whole, with owners, holes and extended attributes; blocks are shared where that can be."""
    argv = [which("cp", "coreutils"), "--archive", "--reflink=auto", "--sparse=auto", "--one-file-system"]
    run([*argv, "--no-target-directory", source, target], timeout=BUDGET)


def keep(tree: Path, target: Path) -> None:
    """A copy that is there as a whole or not at all; what a killed one has left goes."""
    part = target.with_name(f".part-{target.name}")
    shutil.rmtree(part, ignore_errors=True)
    copy(tree, part)
    part.rename(target)


@contextmanager
def replaced(tree: Path, kept: Path) -> Iterator[None]:
    """A copy of `kept` takes the place of `tree` at the end; inside, whoever uses the tree is stopped."""
    part, old = tree.with_name(f".{tree.name}-restored"), tree.with_name(f".{tree.name}-old")
    shutil.rmtree(part, ignore_errors=True)
    copy(kept, part)
    yield
    shutil.rmtree(old, ignore_errors=True)
    tree.rename(old)
    part.rename(tree)
    remove_tree(old)
