"""The options before the command, which every command gets. `serai status` imports it: click only on use."""

from __future__ import annotations

import sys


class Options:
    """What the options before the command say; every command gets it as its object."""

    __slots__ = ("allow_read", "debug", "file", "profiles", "ruby", "supplied")

    def __init__(
        self,
        file: str | None = None,
        debug: bool = False,
        allow_read: tuple[str, ...] = (),
        supplied: tuple[str, ...] = (),
        ruby: bool = False,
        profiles: tuple[str, ...] = (),
    ) -> None:
        self.file = file
        self.debug = debug
        self.allow_read = allow_read
        self.supplied = supplied
        self.ruby = ruby
        self.profiles = profiles

    def ask(self, question: str) -> bool:
        """Whether a person says yes; where nobody can be asked, nobody does."""
        from serai.cli.say import is_terminal

        if not (is_terminal(sys.stdin) and is_terminal(sys.stderr)):
            return False
        import click

        return click.confirm(question, default=False, err=True)

    def tell(self, line: str) -> None:
        """What a person should know of a file that is not serai's own, on stderr."""
        from serai.cli.say import DIM, put, tinted

        for each in line.split("\n"):
            if each.strip():
                put(f"{tinted('note', DIM)}  {each}", err=True)
