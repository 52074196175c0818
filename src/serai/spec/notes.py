"""What is said of a field, left out where nobody will read it.

The types carry descriptions and examples for the JSON Schema and `serai explain`. A type of typing with such a
note takes ten times as long to make as one without, and there are half a thousand: `status` and a plain `up` do
without. What is checked (a least value, a pattern), and what the loader goes by, stays.
"""

from typing import TYPE_CHECKING, Any
from typing import Annotated as _Annotated

from msgspec import Meta

__all__ = ["Annotated", "leave_out"]

_MEANT = ("gt", "ge", "lt", "le", "multiple_of", "pattern", "min_length", "max_length", "tz", "extra")
"""What of a Meta is more than words."""


class _Bare:
    """`Annotated` without notes that only say something."""

    def __class_getitem__(cls, words: tuple[Any, ...]) -> Any:
        kind, *notes = words
        left = [note for note in notes if not (isinstance(note, Meta) and _only_says(note))]
        return _Annotated[(kind, *left)] if left else kind


def _only_says(note: Meta) -> bool:
    return all(getattr(note, name) is None for name in _MEANT)


if TYPE_CHECKING:
    from typing import Annotated as Annotated
else:
    Annotated = _Annotated


def leave_out() -> None:
    """From now on types are made without notes; those that are made already keep theirs."""
    globals()["Annotated"] = _Bare
