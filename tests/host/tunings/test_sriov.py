"""sriov=ADDRESS:N plans the functions now and at each boot, of a card that can (HW-3)."""

from __future__ import annotations

import pytest

from serai.host.changes.virtual_functions import VirtualFunctions
from serai.host.facts.host import Facts
from serai.host.facts.source import Source
from serai.host.tunings.sriov import sriov
from serai.host.tunings.tuning import Asked
from serai.util.errors import Code, SeraiError

CARD = "0000:81:00.0"


@pytest.fixture
def facts(captured):
    return Facts(Source(captured("workstation")))


def test_functions_are_made_now_and_by_udev(facts):
    now, rule = sriov(facts, Asked(value=f"{CARD}:4")).changes

    assert now == VirtualFunctions(address=CARD, count=4)
    assert rule.path == f"/etc/udev/rules.d/90-serai-sriov-{CARD}.rules"
    assert f'KERNEL=="{CARD}", DRIVER=="?*"' in rule.text
    assert 'ATTR{sriov_numvfs}=="0", ATTR{sriov_numvfs}="4"' in rule.text


def test_a_short_address_will_do(facts):
    assert sriov(facts, Asked(value="81:00.0:2")).changes[0].count == 2


@pytest.mark.parametrize(
    ("value", "code", "says"),
    [
        ("", Code.INPUT, f"cards that can: {CARD}"),
        ("81:00.0:many", Code.INPUT, "say which card and how many"),
        ("06:00.0:2", Code.INPUT, "06:00.0 has no SR-IOV"),
        ("81:00.0:9", Code.UNSUPPORTED, "can have 4 virtual functions, not 9"),
    ],
)
def test_what_cannot_be_is_said(facts, value, code, says):
    with pytest.raises(SeraiError) as error:
        sriov(facts, Asked(value=value))

    assert error.value.code is code
    assert says in error.value.message
