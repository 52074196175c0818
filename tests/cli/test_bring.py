"""`up`, shown: what it asks, what it says of failures, what it clears away, and what it starts without."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

import pytest

LOADED = """\
import sys
import serai.cli.start as start

def leave(code):
    print([name for name in ("click", "rich", "hashlib", "inspect") if name in sys.modules])
    sys.exit(code)

start.leave = leave
start.main(sys.argv[1:])
"""


def test_a_plain_up_does_without_what_loads_slowly(serai: Any) -> None:
    serai.file("machines: {web: {provider: fake}}\n")
    done = subprocess.run(
        [sys.executable, "-c", LOADED, "up", "-y"],
        cwd=serai.root,
        env=os.environ.copy(),
        capture_output=True,
        text=True,
    )
    assert (done.stdout, done.returncode) == ("[]\n", 0)
    assert "web  ready" in done.stderr


@pytest.mark.parametrize("closed", ["2>&-", "<&- 2>&-", "<&- >&- 2>&-"])
def test_it_comes_up_where_nobody_hears(serai: Any, closed: str) -> None:
    serai.file("machines: {web: {provider: fake}}\n")
    done = subprocess.run(
        ["sh", "-c", f'exec "$0" -m serai up {closed}', sys.executable], cwd=serai.root, env=os.environ.copy()
    )
    assert done.returncode == 0
    assert serai.states() == {"web": "ready"}


def test_machines_are_told_as_json_and_nothing_else(serai: Any) -> None:
    serai.file("machines: {web: {provider: fake}}\n")
    done = serai("up", "--json")

    assert json.loads(done.stdout)["machines"]["web"]["state"] == "ready"
    assert done.stderr == ""


def test_a_recreate_needs_consent(serai: Any) -> None:
    serai.file("project: shop\nmachines: {db: {provider: fake, image: a}}\n")
    serai("up")
    serai.file("project: shop\nmachines: {db: {provider: fake, image: b}}\n")
    assert "destroy data: db (disks root)" in serai("up", code=4).stderr
    assert serai.states() == {"db": "ready"}
    serai("up", "-y")
    assert "nothing to do" in serai("plan").stdout


def test_a_failure_names_the_machine_and_stops_only_what_needs_it(serai: Any) -> None:
    serai.file("""
project: shop
defaults: {provider: fake}
machines:
  db: {providers: {fake: {fail: {start: "no /dev/kvm"}, times: 1}}}
  web: {after: db}
  lone: {}
""")
    done = serai("up", code=1)
    assert "db: start: no /dev/kvm" in done.stderr
    assert "not begun, because they come after what failed: web" in done.stderr
    assert serai.states() == {"db": "stopped", "web": "stopped", "lone": "ready"}
    serai("up")
    assert set(serai.states().values()) == {"ready"}


def test_what_does_not_come_up_is_destroyed_when_that_is_asked(serai: Any) -> None:
    serai.file(
        "project: shop\ndefaults: {provider: fake}\n"
        'machines: {a: {}, b: {providers: {fake: {fail: {start: "no space"}}}}}\n'
    )
    assert "destroying what did not come up: b" in serai("up", "--destroy-on-error", code=1).stderr
    assert serai.states() == {"a": "ready", "b": "absent"}
