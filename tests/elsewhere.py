"""`serai` as another user, or in namespaces of a test's own; and what happens to it in the middle of `up`."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from person import Serai


class Elsewhere:
    """A project at `place`; a subclass says how a command is started there."""

    def __init__(self, place: Path, env: dict[str, str]) -> None:
        self.place = place
        self.root = place / "project"
        self.env = env

    def argv(self, *words: str) -> list[str]:
        raise NotImplementedError

    def spawn(self, *words: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            self.argv(sys.executable, "-m", "serai", *words),
            cwd=self.root,
            env=self.env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def serai(self, *words: str) -> str:
        done = self.spawn(*words)
        said, _ = done.communicate(timeout=400)
        assert done.returncode == 0, said
        return said

    def virsh(self, *words: str) -> str:
        argv = self.argv("virsh", "-q", *words)
        done = subprocess.run(argv, cwd=self.root, env=self.env, check=True, capture_output=True, text=True)
        return done.stdout

    def up(self, moment: str, act: Callable[[], object]) -> None:
        """`serai up`, which must end well whatever `act` does when a line says that it is at the moment."""
        rising = self.spawn("up")
        assert rising.stdout is not None
        said, acted = "", False
        for line in rising.stdout:
            said += line
            if moment in line:
                act()
                acted = True
                break
        rest, _ = rising.communicate(timeout=400)
        assert acted, said + rest
        assert rising.returncode == 0, said + rest


def build_tiny(serai: Serai) -> None:
    """Into the store that all tests share, before somebody who cannot write there wants it."""
    serai.file("project: none\nmachines: {web: {image: tiny}}\n")
    serai("image", "build", "tiny")
