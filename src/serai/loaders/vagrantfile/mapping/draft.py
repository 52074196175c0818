"""A machine's keys as they come together: the tree, the place of each value, what became of each stated key."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from serai.loaders.mapped import Note, Path
from serai.loaders.vagrantfile.config.model import Entry, MachineConfig, Plain, scoped
from serai.loaders.vagrantfile.mapping.host import Host
from serai.util.errors import Where

NOBODY = Where("")
CONTAINERS = ("docker", "podman", "lxc")
"""serai's providers whose machines are containers."""
NO_WORD = "serai has nothing that corresponds to it"
"""The reason of last resort: a key that was stated and that nobody here has a word for."""


ODD = (ArithmeticError, AttributeError, IndexError, KeyError, TypeError, ValueError)
"""What comes of a value of a wrong kind: a text where a map is meant, a list where a number is."""


class Draft:
    """One machine's part of the file."""

    def __init__(self, config: MachineConfig, provider: str, host: Host) -> None:
        self.config = config
        self.provider = provider
        """serai's."""
        self.contained = provider in CONTAINERS
        self.host = host
        self.name = config.name
        self.data: dict[str, Any] = {}
        self.places: dict[Path, Where] = {}
        self.notes: list[Note] = []
        self.sensitive: list[str] = []
        """Values that the whole project must not show."""

    def put(self, path: Path, value: Any, key: str, where: Where = NOBODY, because: str = "") -> None:
        """Set a value of the tree, and note which key it came from; `because` says how, if that is not plain."""
        inner = self.data
        for step in path[:-1]:
            inner = inner.setdefault(str(step), {})
        inner[str(path[-1])] = value
        self.places[path] = where
        self.told(key, where, word(path), because)

    def append(self, path: Path, value: Any, key: str, where: Where = NOBODY, because: str = "") -> None:
        """Add an entry to a list of the tree."""
        inner = self.data
        for step in path[:-1]:
            inner = inner.setdefault(str(step), {})
        entries = inner.setdefault(str(path[-1]), [])
        entries.append(value)
        self.places[(*path, len(entries) - 1)] = where
        if key:
            self.told(key, where, f"{word(path)}[{len(entries) - 1}]", because)

    def attempt(self, key: str, where: Where, act: Callable[..., None], *words: Any) -> None:
        """Map one thing; a value of a form that nobody meant has no effect, and is no failure of the whole."""
        try:
            act(*words)
        except ODD:
            self.dropped(key, where, "its value is of no form that is known")

    def told(self, key: str, where: Where, to: str, because: str = "") -> None:
        self.notes.append(Note(machine=self.name, key=key, where=where, to=to, because=because))

    def dropped(self, key: str, where: Where, because: str) -> None:
        self.notes.append(Note(machine=self.name, key=key, where=where, because=because))

    def refused(self, key: str, where: Where, because: str) -> None:
        self.notes.append(Note(machine=self.name, key=key, where=where, because=because, refused=True))

    def get(self, *path: str) -> Any:
        """What is there already, or None."""
        inner: Any = self.data
        for step in path:
            inner = inner.get(step) if isinstance(inner, dict) else None
        return inner

    def stated(self, section: str, key: str) -> tuple[Plain, Where] | None:
        """A section's value and place, when the file states it."""
        where = self.config.stated.get(f"{section}.{key}")
        if where is None:
            return None
        return self.config.sections.get(section, {}).get(key), where

    def raw(self) -> str:
        """The block of `providers:` that what only one provider has goes to."""
        return "libvirt" if self.provider == "libvirt" else "qemu"


class Options:
    """The options of one entry: what is taken is mapped, the others have no effect, for a reason."""

    def __init__(self, draft: Draft, kind: str, options: Mapping[str, Plain], where: Where) -> None:
        self._draft = draft
        self._kind = kind
        self._options = {key: value for key, value in options.items() if value is not None}
        self.where = where
        self._left = dict.fromkeys(self._options)
        self._taken: list[str] = []

    @classmethod
    def of(cls, draft: Draft, kind: str, entry: Entry) -> Options:
        """As the provider sees them; libvirt's own count on serai's QEMU and libvirt, too."""
        return cls(draft, kind, seen(entry.options, draft.config.provider), entry.where)

    def take(self, key: str, default: Plain = None) -> Plain:
        """The value; the key counts as mapped."""
        if key in self._left:
            del self._left[key]
            self._taken.append(key)
        return self._options.get(key, default)

    def quiet(self, *keys: str) -> None:
        """Keys of which nothing need be told."""
        for key in keys:
            self._left.pop(key, None)

    def drop(self, key: str, because: str) -> None:
        if key in self._options:
            self._untaken(key)
            self._draft.dropped(f"{self._kind}.{key}", self.where, because)

    def refuse(self, key: str, because: str) -> None:
        """Of a key that is stated: without it another machine would be made than the file means."""
        self._untaken(key)
        self._draft.refused(f"{self._kind}.{key}", self.where, because)

    def _untaken(self, key: str) -> None:
        self._left.pop(key, None)
        if key in self._taken:
            self._taken.remove(key)

    def keys_has(self, key: str) -> bool:
        """Whether it is stated, and not taken yet."""
        return key in self._left

    def keys(self) -> Iterable[str]:
        return list(self._left)

    def done(self, to: str, reasons: Mapping[str, str] = {}, because: str = "") -> None:
        """Note the whole: one line for what was taken, one for each that has no effect."""
        taken = f" {', '.join(self._taken)}" if self._taken else ""
        self._draft.told(f"{self._kind}{taken}", self.where, to, because)
        self.refuse_rest(reasons)

    def refuse_rest(self, reasons: Mapping[str, str] = {}) -> None:
        for key in self._left:
            self._draft.dropped(f"{self._kind}.{key}", self.where, reasons.get(key, NO_WORD))
        self._left = {}


def seen(options: Mapping[str, Plain], provider: str) -> dict[str, Plain]:
    """Options as a provider sees them. serai runs machines on QEMU, whose words libvirt's are."""
    found = scoped(dict(options), "libvirt") | {
        key: value for key, value in scoped(dict(options), provider).items() if provider != "libvirt"
    }
    if provider == "docker":
        own = ("docker_network__", "docker_connect__")
        found |= {key: value for key, value in options.items() if key.startswith(own)}
    return found


def calls(draft: Draft, value: Plain, key: str, where: Where) -> Iterator[tuple[Any, Where]]:
    """The entries of a list of the provider's block, each with its call's place. `key`: `libvirt.storage`."""
    provider, _, name = key.partition(".")
    places = draft.config.provider_places.get(provider, {})
    for index, item in enumerate(listed(value)):
        yield item, places.get(f"{name}[{index}]", where)


def word(path: Path) -> str:
    """`cpu.count`, as `serai explain` takes it."""
    return ".".join(str(step) for step in path)


def listed(value: Plain) -> list[Any]:
    """A list, of one where it is none."""
    if value is None:
        return []
    return list(value) if isinstance(value, list) else [value]


def number(value: Plain) -> int | None:
    """A whole number, however it was written; None for what is none."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value
    if isinstance(value, float) and value.is_integer():
        return int(value)
    text = str(value).strip()
    return int(text) if re.fullmatch(r"[0-9]{1,18}", text) else None


def truth(value: Plain) -> bool:
    """Ruby's truth, and libvirt's and VBoxManage's words for it."""
    if isinstance(value, str):
        return value.strip().lower() in ("true", "yes", "on", "1", "enable", "enabled")
    return value is not None and value is not False
