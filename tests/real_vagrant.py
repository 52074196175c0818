"""Asks Debian's vagrant, where it is installed, what it makes of Vagrantfiles
(tests/loaders/vagrantfile/oracle)."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

ORACLE = Path(__file__).parent / "loaders" / "vagrantfile" / "oracle" / "dump.rb"


def dumped(directories: list[Path], home: Path) -> list[dict[str, Any]]:
    """For each directory its document, or {"error": …}. `home` is a directory of the test's own for Vagrant's
    data."""
    done = subprocess.run(
        ["ruby", "-W0", str(ORACLE), *map(str, directories)],
        env=os.environ | {"VAGRANT_HOME": str(home), "VAGRANT_CHECKPOINT_DISABLE": "1"},
        capture_output=True,
        text=True,
        check=True,
        stdin=subprocess.DEVNULL,
    )
    return [json.loads(line) for line in done.stdout.splitlines()]
