"""All that `serai explain` knows: acts of the guide by id, and keys of the project file; one question for both."""

from __future__ import annotations

import msgspec

from serai.loaders import guide
from serai.loaders.blocks import RawBlock
from serai.loaders.explain import Explanation, descriptions, explain
from serai.loaders.file import Block, ProjectFile
from serai.loaders.shape import record
from serai.util.errors import Code, SeraiError, did_you_mean

WORDS = {"box": "VAG-5", "boxes": "VAG-5"}
"""What people call an act -> its id."""


class Explained(msgspec.Struct, frozen=True):
    """An act of the guide. `page` is None when this version does not do it."""

    id: str
    act: str
    state: guide.State
    rest: str
    page: guide.Page | None


def topic(word: str, raw_block: RawBlock | None = None) -> Explained | Explanation:
    """The act or the key (see `explain`) that is meant; case does not count.

    Raises SeraiError (Code.INPUT) for neither.
    """
    ident = guide.as_id(word) or WORDS.get(word.lower(), "")
    if ident in guide.acts():
        return act(ident)
    if ident:
        raise SeraiError(Code.INPUT, f"the guide has no {ident}", hint=_near_id(ident))
    for spelling in dict.fromkeys((word, word.lower())):
        try:
            return explain(spelling, raw_block)
        except SeraiError as error:
            failure = error
    if "." not in word and "did you mean" not in failure.message:
        near = did_you_mean(word.upper(), list(guide.acts()))
        hint = near or "serai explain lists ids and keys"
        raise SeraiError(
            Code.INPUT, f"{word}: neither a key of the project file nor an id of the guide", hint=hint
        )
    raise failure


def act(ident: str) -> Explained:
    """The act of an id that there is."""
    row = guide.acts()[ident]
    return Explained(ident, row.act, row.state, row.rest, guide.page(ident))


def _near_id(ident: str) -> str:
    family = ident.partition("-")[0]
    members = [known for known in guide.acts() if known.startswith(f"{family}-")]
    if members:
        return f"there are {', '.join(members)}"
    return did_you_mean(ident, list(guide.acts())) or "serai explain lists them"


def machine_keys() -> dict[str, str]:
    """The keys of a machine, each with its description."""
    return descriptions(record(Block))


def file_keys() -> dict[str, str]:
    """The keys of the file itself; `networks` is another thing than a machine's."""
    return descriptions(record(ProjectFile))
