"""CFEngine in a container: installed from a mirror, run twice, and a policy that cannot be kept (VAG-10)."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from cfengine_policy import POLICY
from debian_guests import with_mirror
from person import Serai

FILE = """\
machines:
  web:
    provider: lxc
    container: {{rootfs: {root}, keep_alive: true}}
    networks: [{{uplink: none}}]
    provision:
      - cfengine: {{mode: single_run, run_file: inn.cf, classes: [{classes}]}}
"""


@pytest.mark.engine
@pytest.mark.root
@pytest.mark.slow
def test_a_policy_is_kept_once_and_a_failing_one_is_told(
    boxes: Serai, test_cache: Path, need: Callable[..., None]
) -> None:
    need("mmdebstrap")
    root = with_mirror(test_cache, "cfengine3")
    boxes.file(FILE.format(root=root, classes="inn"))
    (boxes.root / "inn.cf").write_text(POLICY)

    first = boxes("up")
    assert "installing cfengine3 by apt" in first.stdout + first.stderr
    assert boxes("exec", "web", "--", "cat", "/etc/motd").stdout.splitlines()[-1] == "Welcome to the inn"
    before = boxes("exec", "web", "--", "stat", "-c", "%i %Y", "/etc/motd").stdout

    again = boxes("provision", "web")
    assert "installing" not in again.stdout + again.stderr
    assert boxes("exec", "web", "--", "stat", "-c", "%i %Y", "/etc/motd").stdout == before

    boxes.file(FILE.format(root=root, classes="inn, broken"))
    failed = boxes("up", code=1)
    said = failed.stdout + failed.stderr
    assert "web: provision cfengine-1: the policy inn.cf ended with exit code 1" in said
    assert "/bin/false" in said
    assert "serai provision web --provision-with cfengine-1" in said
