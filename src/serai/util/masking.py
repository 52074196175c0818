"""Secrets are not shown: their values are covered in whatever is told, written down or raised."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from serai.util.errors import SeraiError, SeraiErrors

COVER = "********"
SECRET_WORDS = (
    "PASSWORD",
    "PASSWD",
    "PASSPHRASE",
    "SECRET",
    "TOKEN",
    "CREDENTIAL",
    "API_KEY",
    "APIKEY",
    "PRIVATE_KEY",
)
"""In the name of a variable these say that its value is a secret."""
SHORTEST = 4
"""Characters: a shorter value stands in too many other words, and covers more than it hides."""


def named_secrets(env: Mapping[str, str]) -> list[str]:
    """The values of those variables whose names say that they are secrets."""
    return [value for name, value in env.items() if any(word in name.upper() for word in SECRET_WORDS)]


class Mask:
    """Covers each of its values wherever it stands. Of one of many lines, each line is a value."""

    __slots__ = ("_values",)

    def __init__(self, values: Iterable[str] = ()) -> None:
        found = {line.strip() for value in values for line in (value, *value.splitlines())}
        kept = (each for each in found if len(each) >= SHORTEST and "\n" not in each)
        # The longest first: one that stands in another must not leave the rest of that open.
        self._values = sorted(kept, key=lambda each: (-len(each), each))

    def __bool__(self) -> bool:
        return bool(self._values)

    def __call__(self, text: str) -> str:
        for value in self._values:
            if value in text:
                text = text.replace(value, COVER)
        return text

    def error(self, error: SeraiError) -> SeraiError:
        """The same failure, with nothing secret in it."""
        if not self._values:
            return error
        if isinstance(error, SeraiErrors):
            return SeraiErrors([self.error(each) for each in error.errors])
        return SeraiError(
            error.code,
            self(error.message),
            hint=self(error.hint),
            where=error.where,
            details=[self(line) for line in error.details],
        )
