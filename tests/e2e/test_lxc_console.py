"""The console of a container on a real terminal: what is typed arrives, Ctrl-a and q leave it as it is."""

from __future__ import annotations

import pytest

from terminal import on_a_terminal

pytestmark = [pytest.mark.engine, pytest.mark.root, pytest.mark.timeout(120)]
ONE = """
project: shop
machines:
  web:
    provider: lxc
    halt_timeout: 1s
    networks: [{uplink: {type: none}}]
    container: {template: busybox, cmd: [/bin/sh, -c, 'while read word; do echo "heard $word"; done']}
"""


def test_what_is_typed_arrives_and_the_keys_leave_it_running(boxes):
    boxes.file(ONE)
    boxes("up")

    with on_a_terminal(boxes.root, "console", "web") as terminal:
        terminal.type_until("one\r", lambda: "heard one" in terminal.said)
        assert "attaching, Ctrl-a and then q detaches" in terminal.said
        assert terminal.leave("\x01q") == 0

    assert boxes.states() == {"web": "ready"}
    with on_a_terminal(boxes.root, "console", "web") as terminal:
        assert terminal.leave("\x01q") == 0
        assert "heard one" in terminal.said, "the end of its log comes first"


def test_a_shell_has_the_terminal(boxes):
    boxes.file(ONE)
    boxes("up")

    with on_a_terminal(boxes.root, "ssh", "web") as terminal:
        terminal.type_until("tty; echo in $(hostname)\r", lambda: "in web" in terminal.said)
        assert "/dev/" in terminal.said
        assert terminal.leave("exit 3\r") == 3
