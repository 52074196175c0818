"""What can be done here is declared, and the rest has its reason."""

from __future__ import annotations

import pytest

from serai.providers.contract import Feature
from serai.providers.qemu import capabilities as capable
from serai.providers.qemu import companions, taps
from serai.providers.qemu.driver import Qemu
from serai.util.errors import Code, SeraiError


@pytest.mark.engine
def test_every_missing_feature_has_a_reason(qemu: Qemu) -> None:
    able = qemu.capabilities()
    assert not able.has & able.why_not.keys()
    assert able.has | able.why_not.keys() == frozenset(Feature)
    assert all(able.why_not.values())


@pytest.mark.engine
def test_a_program_that_is_not_there_is_a_reason(qemu: Qemu, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(companions, "VIRTIOFSD", ("no-such-virtiofsd",))
    monkeypatch.setattr(taps, "TUN", "/dev/net/no-such-tun")
    able = qemu.capabilities()
    assert "apt install virtiofsd" in able.why_not[Feature.VIRTIOFS]
    assert "modprobe tun" in able.why_not[Feature.PUBLIC_NETWORK]


def test_without_qemu_nothing_works(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(_machine: object) -> None:
        raise SeraiError(Code.MISSING, "no QEMU", hint="install it")

    monkeypatch.setattr(capable.gather, "features_for", missing)
    able = capable.capabilities()
    assert not able.has
    assert all("no QEMU" in reason for reason in able.why_not.values())
