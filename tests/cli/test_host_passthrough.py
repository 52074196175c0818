"""serai host passthrough: shows the plan, asks, gives, and is undone (GPU-4, PCI-1)."""

from __future__ import annotations

import json

import pytest

from serai.cli.main import run

RULE = "etc/udev/rules.d/90-serai-passthrough-0000-04-00.0.rules"


@pytest.fixture
def root(own_copy):
    return own_copy("workstation")


def test_a_dry_run_shows_what_would_be_written(root, capsys):
    assert run(["host", "passthrough", "04:00", "-n", "--root", str(root)]) == 2
    out = capsys.readouterr().out

    assert "note: 0000:04:00.1 Audio device" in out
    assert '+ACTION=="add", SUBSYSTEM=="pci", KERNEL=="0000:04:00.1"' in out
    assert not (root / RULE).exists()


def test_it_is_written_listed_and_undone(root, capsys):
    assert run(["host", "passthrough", "04:00", "-y", "--root", str(root)]) == 0
    assert (root / RULE).exists()
    assert run(["host", "undo", "--root", str(root)]) == 0
    assert "passthrough-0000:04:00.0" in capsys.readouterr().out
    assert run(["host", "undo", "passthrough-0000:04:00.0", "-y", "--root", str(root)]) == 0
    assert not (root / RULE).exists()


def test_what_is_refused_says_what_is_next(root, capsys):
    assert run(["host", "passthrough", "05:00.0", "-y", "--force", "--root", str(root)]) == 4
    said = capsys.readouterr().err

    assert "/srv is mounted from nvme0n1" in said
    assert "next: umount /srv" in said


def test_the_boards_own_devices_go_by_force_alone_and_it_is_said_what_is_lost(root, capsys):
    argv = ["host", "passthrough", "00:1f.2", "-n", "--root", str(root)]
    assert run(argv) == 4
    assert "the board's clock, TPM and watchdog may hang on 0000:00:1f.0" in capsys.readouterr().err
    assert run([*argv, "--force"]) == 2
    assert "0000:00:1f.0: the host is without them afterwards" in capsys.readouterr().out


def test_json_has_the_changes(root, capsys):
    assert run(["host", "passthrough", "06:00.0", "-n", "--json", "--root", str(root)]) == 2
    (given,) = json.loads(capsys.readouterr().out)["tunings"]

    assert given["id"] == "passthrough-0000:06:00.0"
    assert len(given["changes"]) == 1
