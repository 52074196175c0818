"""serai host confirm: says what there is to confirm, or that there is nothing."""

from __future__ import annotations

import pytest

from serai.cli import host_confirm
from serai.host.bridging import timer
from serai.host.reach.local import Local
from serai.util.errors import Code, SeraiError


@pytest.fixture
def host(tmp_path, monkeypatch):
    (tmp_path / "run/lock").mkdir(parents=True)
    reach = Local(tmp_path)
    monkeypatch.setattr(host_confirm, "reach_of", lambda root: reach)
    return reach


def test_nothing_waits(host):
    with pytest.raises(SeraiError, match="no change of the network waits to be confirmed"):
        host_confirm.confirm.callback(root="/", host=None)


def test_a_run_that_goes_on_is_told(host, monkeypatch, capsys):
    monkeypatch.setattr(timer, "confirm", lambda reach: True)
    with host.lock("serai host tune"):
        assert host_confirm.confirm.callback(root="/", host=None) == 0
    assert capsys.readouterr().out == "confirmed; the run that made it goes on\n"


def test_a_run_that_does_something_else_is_left_alone(host):
    with host.lock("serai host tune"), pytest.raises(SeraiError) as caught:
        host_confirm.confirm.callback(root="/", host=None)
    assert caught.value.code is Code.BUSY
