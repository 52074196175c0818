"""serai.yaml → Project: parse, expressions, short forms, layers, types, checks; all errors at once."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from serai.loaders.blocks import RawBlock
from serai.loaders.inputs import Inputs
from serai.loaders.yaml.check import KnownProvider
from serai.loaders.yaml.parse import MAX_BYTES, parse
from serai.loaders.yaml.problems import Problems
from serai.loaders.yaml.resolve import Resolver
from serai.spec.machine import Project
from serai.util.errors import Code, SeraiError, Where


def load(
    path: Path,
    *,
    environ: Mapping[str, str] | None = None,
    inputs: Inputs | None = None,
    provider: str | None = None,
    text: str | bytes | None = None,
    known_provider: KnownProvider | None = None,
    raw_block: RawBlock | None = None,
) -> Project:
    """The resolved project of a file.

    `environ` is what `${env.X}` reads (default: the process's); `inputs` has its own, and notes what the project
    was made of. `provider` overrides every machine's, `text` is used in place of the file's content; relative
    paths start from the file's directory in any case.
    `known_provider` is asked once for each provider that the file names, and raises for one that is not there.
    `raw_block` is asked for the form of each block of `providers:` that is not of a built in provider; without it
    there is no such block.
    Raises SeraiErrors (Code.INPUT) with every error and its place; SeraiError where reading must stop.
    """
    problems = Problems(shown(path))
    root = parse(read(path) if text is None else text, problems)
    directory = path.absolute().parent
    if inputs is None:
        inputs = Inputs(os.environ if environ is None else environ)
    resolver = Resolver(root, directory, inputs, problems, raw_block)
    return resolver.project(provider, known_provider)


def read(path: Path) -> bytes:
    """The bytes of a file, as far as `load` reads them. Raises SeraiError (Code.INPUT) where it cannot be read."""
    try:
        with path.open("rb") as source:
            return source.read(MAX_BYTES + 1)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise SeraiError(
            Code.INPUT, f"cannot be read: {reason}", hint="serai init writes one", where=Where(shown(path))
        ) from error


def shown(path: Path) -> str:
    """The path as a person knows it: relative when it is below the working directory."""
    try:
        return str(path.absolute().relative_to(Path.cwd()))
    except ValueError:
        return str(path)
