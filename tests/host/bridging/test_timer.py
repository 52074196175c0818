"""The timer decides by renaming one directory; what it leaves says when and why. It is run here as it is."""

from __future__ import annotations

import subprocess

import pytest

from serai.host.bridging import timer
from serai.host.bridging.timer import Verdict
from serai.host.reach.local import Local
from serai.util.errors import SeraiError
from serai.util.process import Result


@pytest.fixture
def host(tmp_path, monkeypatch):
    """A tree whose timer is started in it, by a shell, as on a host."""
    for name, below in (("PLACE", "run/serai-bridge"), ("LEDGER", "lib"), ("ROLLED_BACK", "lib/back")):
        monkeypatch.setattr(timer, name, f"{tmp_path}/{below}")
    monkeypatch.setattr(timer, "RECORD", f"{tmp_path}/lib/bridge.json")
    (tmp_path / "run").mkdir()
    (tmp_path / "lib").mkdir()
    (tmp_path / "lib/bridge.json").write_text("{}")

    class Here(Local):
        def __init__(self):
            super().__init__(tmp_path)
            self.live = True

        def _at(self, path, follow=True):
            return path

        def run(self, argv, *, input=None, timeout=60):
            done = subprocess.run(argv, capture_output=True, text=True, check=False)
            return Result(argv, done.returncode, done.stdout, done.stderr)

    return Here()


def script(within, *steps):
    return timer.script(within, list(steps))


def armed(host, within=60.0, steps=()):
    """Everything but the start, which the test does itself."""
    real, host.run = host.run, lambda argv, **more: Result(argv, 0, "", "")
    timer.arm(host, within, list(steps), {"back": "lines"})
    host.run = real


def run_timer(host):
    subprocess.run(["sh", f"{timer.PLACE}/timer"], check=True)


def test_unconfirmed_it_runs_the_steps_and_says_why(host, tmp_path):
    armed(host, 1, [f"cp {timer.PLACE}/back {tmp_path}/done"])
    timer.say_why(host, "the gateway is silent")
    assert timer.verdict(host) is Verdict.PENDING
    assert "waits for serai host confirm" in timer.left_behind(host)
    run_timer(host)

    assert (tmp_path / "done").read_text() == "lines"
    assert not (tmp_path / "lib/bridge.json").exists()
    assert timer.verdict(host) is Verdict.ROLLED_BACK
    assert timer.left_behind(host).startswith("a bridge was put back: 20")
    assert timer.left_behind(host).endswith("Z the gateway is silent")
    assert not timer.confirm(host)
    timer.say_why(host, "too late")


def test_confirmed_it_does_nothing(host, tmp_path):
    armed(host, 60, [f"touch {tmp_path}/done"])
    assert timer.confirm(host)
    run_timer(host)

    assert timer.confirm(host), "twice is once"
    assert timer.verdict(host) is Verdict.CONFIRMED
    assert not (tmp_path / "done").exists()
    assert (tmp_path / "lib/bridge.json").exists()
    timer.clear(host)
    assert timer.verdict(host) is Verdict.NONE
    assert timer.left_behind(host) == ""


def test_it_is_started_out_of_the_session(host):
    timer.arm(host, 1, [], {})
    started = timer._detached(host)

    assert started[0] == "sh" and "setsid" in started[-1]
    timer.confirm(host)


def test_with_systemd_it_is_a_unit_of_its_own(tmp_path):
    (tmp_path / "run/systemd/system").mkdir(parents=True)
    (tmp_path / "usr/bin").mkdir(parents=True)
    (tmp_path / "usr/bin/systemd-run").touch()

    assert timer._detached(Local(tmp_path))[0] == "systemd-run"


def test_without_a_timer_nothing_is_begun(host):
    host.run = lambda argv, **more: Result(argv, 1, "", "no shell")
    with pytest.raises(SeraiError, match="the timer does not start: no shell"):
        timer.arm(host, 60, [], {})
