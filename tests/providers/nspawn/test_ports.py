"""Ports of containers that run are known."""

from __future__ import annotations

from serai.providers.contract import Forward
from serai.providers.nspawn import ports


def test_those_of_others_that_run_are_taken(made, living):
    made("web", forwards=(Forward(guest=80, host=18080),))
    made("db", forwards=(Forward(guest=80, host=18081),))
    made("off", forwards=(Forward(guest=80, host=18082),))
    (made("torn") / "serai.json").write_text("{")
    for name in ("web", "db", "torn"):
        living(name, 1)

    assert ports.taken("serai-t1-web") == {("tcp", "127.0.0.1", 18081): "machine db of project shop"}
