"""What status prints of each machine."""

from __future__ import annotations

from types import SimpleNamespace

from serai.cli.states import describe
from serai.providers.contract import Forward, Observed, State


def test_a_machine_that_is_not_there_is_absent_on_the_provider_of_the_file() -> None:
    found = describe(SimpleNamespace(provider="qemu"), None)
    assert (found["state"], found["provider"], found["in_file"]) == ("absent", "qemu", True)


def test_marks_of_serais_own_are_no_provisioning_blocks() -> None:
    seen = Observed(
        name="web",
        provider="qemu",
        state=State.READY,
        forwards=(Forward(guest=80, host=8080, id="http"),),
        marks={"install": None, "@hosts": None},  # type: ignore[dict-item]
    )
    found = describe(None, seen)
    assert (found["provisioned"], found["in_file"]) == (["install"], False)
    assert found["forwards"] == [
        {"id": "http", "protocol": "tcp", "host_ip": "127.0.0.1", "host": 8080, "guest": 80}
    ]
