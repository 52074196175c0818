"""Which files a Compose project is: the one that was found, its override, or those that COMPOSE_FILE names."""

from __future__ import annotations

import os
import re
from pathlib import Path

from serai.loaders.compose.reading import Files, Variables
from serai.loaders.language import COMPOSE_NAMES
from serai.util.errors import Code, SeraiError

FILES, SEPARATOR = "COMPOSE_FILE", "COMPOSE_PATH_SEPARATOR"
_EXTENSIONS = (".yml", ".yaml")


def sources(path: Path, files: Files, variables: Variables) -> list[Path]:
    """The project's files in their order, the first of them being `path`.

    COMPOSE_FILE counts where it names `path` first; that of a `.env` is the project's own word, and names no files
    outside. A file of one of Compose's names has an override beside it.
    """
    stated = variables.look(FILES)
    if stated:
        separator = variables.look(SEPARATOR) or os.pathsep
        named = [files.absolute(word) for word in stated.split(separator) if word]
        if named and named[0] == path:
            outside = next((each for each in named if not files.may(each)), None)
            if outside is not None and variables.by_file(FILES):
                message = f"{FILES} of .env names {files.shown(outside)}, outside of the project's directory"
                raise SeraiError(Code.INPUT, message, hint=f"serai --allow-read {outside} … lets it be read")
            return named
    override = next((each for each in overrides(path) if files.there(each)), None)
    return [path] if override is None else [path, override]


def overrides(path: Path) -> list[Path]:
    """What the override of a file may be called. Source: Compose specification, "Merge and override"."""
    if path.name not in COMPOSE_NAMES:
        return []
    stems = dict.fromkeys([path.stem, "compose", "docker-compose"])
    return [path.with_name(f"{stem}.override{ending}") for stem in stems for ending in _EXTENSIONS]


def project_name(stated: str | None, directory: Path) -> str:
    """The name as stated, else the directory's, made to one. Source: Compose specification, `name`."""
    if stated:
        return stated
    return re.sub(r"[^a-z0-9_-]+", "", directory.name.lower())[:63].strip("-_") or "project"
