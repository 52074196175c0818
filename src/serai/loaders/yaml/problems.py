"""All that is wrong with a file, collected, so that a person mends it in one go."""

from __future__ import annotations

from serai.loaders.yaml.nodes import Map, Node, Place
from serai.util.errors import Code, SeraiError, SeraiErrors, Where


class InFile(tuple[int, int]):
    """A place in another file than the others: one that the first has loaded."""

    file: str

    def __new__(cls, place: Place, file: str) -> InFile:
        made = super().__new__(cls, place)
        made.file = file
        return made


class Problems:
    """Collects errors; the same error at the same place counts once, however many machines share it."""

    def __init__(self, file: str) -> None:
        self.file = file
        self._found: dict[tuple[Place, str], str] = {}

    def __len__(self) -> int:
        return len(self._found)

    def add(self, place: Place, message: str, hint: str = "") -> None:
        self._found.setdefault((place, message), hint)

    def at(self, node: Node, message: str, hint: str = "") -> None:
        """Something is wrong with this value."""
        self.add(node.place, f"{node.path}: {message}" if node.path else message, hint)

    def at_key(self, node: Map, key: str, message: str, hint: str = "") -> None:
        """Something is wrong with this key of a map."""
        self.add(node.keys.get(key, node.place), f"{join(node.path, key)}: {message}", hint)

    def absorb(self, other: Problems) -> None:
        """Take over what is wrong with another file."""
        for (place, message), hint in other._found.items():
            self._found.setdefault((InFile(place, other.file), message), hint)

    def errors(self) -> list[SeraiError]:
        """In the order of the file."""
        return [
            SeraiError(
                Code.INPUT,
                message,
                hint=hint,
                where=Where(place.file if isinstance(place, InFile) else self.file, *place),
            )
            for (place, message), hint in sorted(self._found.items(), key=lambda found: found[0])
        ]

    def stop_if_any(self) -> None:
        """Raise SeraiErrors (Code.INPUT) with all of them, when there are any."""
        if self._found:
            raise SeraiErrors(self.errors())


def join(path: str, key: str) -> str:
    return f"{path}.{key}" if path else key
