"""Runs serai as a person would: the real command line in a project directory of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any


class Serai:
    """The command line in one project directory."""

    def __init__(self, root: Path, before: Sequence[str] = ()) -> None:
        """`before`: a program and its arguments that start it, in place of the test itself."""
        self.root = root
        self.command = [*before, sys.executable, "-m", "serai"]

    def file(self, text: str) -> None:
        self.root.mkdir(parents=True, exist_ok=True)
        (self.root / "serai.yaml").write_text(text)

    def __call__(
        self, *args: str, code: int | None = 0, env: Mapping[str, str] = {}, timeout: float = 240
    ) -> subprocess.CompletedProcess[str]:
        """Run; the exit code must be `code` (None: any)."""
        done = subprocess.run(
            [*self.command, *args],
            cwd=self.root,
            env={**os.environ, **env},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=timeout,
        )
        assert code is None or done.returncode == code, (
            f"serai {' '.join(args)} ended with {done.returncode}\n{done.stdout}\n{done.stderr}"
        )
        return done

    def spawn(self, *args: str, env: Mapping[str, str] = {}) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [*self.command, *args],
            cwd=self.root,
            env={**os.environ, **env},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def json(self, *args: str, code: int | None = 0) -> Any:
        return json.loads(self(*args, "--json", code=code).stdout)

    def states(self) -> dict[str, str]:
        return {name: machine["state"] for name, machine in self.json("status")["machines"].items()}

    def steps(self) -> list[str]:
        """The ids of the steps that `up` would do now."""
        return [step["id"] for step in self.json("plan", code=None)["steps"]]
