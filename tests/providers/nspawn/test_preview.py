"""What is shown before a container exists, and what is kept of one that does."""

from __future__ import annotations

from serai.providers.contract import Materials
from serai.providers.nspawn.preview import kept, preview
from serai.spec.container import Container
from serai.spec.machine import Machine


def test_files_are_named_and_limits_shown(scope, machines):
    text = preview(scope, Machine(name="web", container=Container(pids=9)), Materials())

    assert text.startswith("# ")
    assert "netns add serai-t1-web" in text
    assert "pids.max = 9" in text
    host = preview(scope, Machine(name="web", container=Container(network_mode="host")), Materials())
    assert "netns" not in host


def test_of_one_that_is_not_made_nothing_is_kept(scope, machines):
    assert kept(scope, "web") == ""
