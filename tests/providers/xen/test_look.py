"""One look at a dom0 is read as xl, ip and dnsmasq write it; half of one is an error, never an empty answer."""

from __future__ import annotations

import pytest

from serai.providers.contract import State
from serai.providers.xen.look import leases, neighbours, parsed
from serai.providers.xen.observe import of
from serai.providers.xen.record import Phase, Record, encode
from serai.util.errors import SeraiError

UUID = "11111111-2222-3333-4444-555555555555"
NUMBERS = "Name    ID   Mem VCPUs\tState\tTime(s)\tUUID      Reason-Code\tSecurity Label"
LISTING = f"""\
{NUMBERS}
Domain-0            0  1024     1     r-----      30.7 00000000-0000-0000-0000-000000000000        -           -
shop web            3   256     2     {{state}}       1.5 {{uuid}}        -           -
"""


def text(state: str = "-b----", *, boot: str = "b1", end: str = "", whole: bool = True, **fields: object) -> str:
    given = {"phase": Phase.MADE, "boot": "b1", "stopped": False, "started_at": 1.0, **fields}
    record = Record(
        name="web", project="shop", project_id="t1", project_root="/p", domain="shop web", uuid=UUID, **given
    )
    listing = LISTING.format(state=state, uuid=UUID) if state else LISTING.rsplit("shop", 1)[0]
    parts = [
        f"@@serai boot\n{boot}\n@@serai domains\n{listing}@@serai code 0\n@@serai neighbours\n@@serai leases\n",
        f"@@serai machine web\n{encode(record).decode()}\n@@serai end web\n{end}\n",
    ]
    return "".join([*parts, "@@serai whole\n" if whole else ""])


def state_of(looked: str) -> tuple[State, str]:
    seen = of(parsed(looked, "dom0"))["web"]
    return seen.state, seen.problem


@pytest.mark.parametrize(
    ("word", "state"),
    [
        ("r-----", State.RUNNING),
        ("-b----", State.RUNNING),
        ("------", State.RUNNING),
        ("--p---", State.PAUSED),
        ("---s--", State.STOPPED),
        ("----c-", State.FAILED),
        ("---s-d", State.STOPPING),
    ],
)
def test_xls_letters_are_states(word: str, state: State) -> None:
    assert state_of(text(word))[0] is state


def test_a_name_with_blanks_is_one_name() -> None:
    (domain,) = [each for each in parsed(text(), "dom0").domains.values() if each.id]

    assert (domain.name, domain.id, domain.memory, domain.cpus) == ("shop web", 3, 256, 2)


def test_ready_counts_for_the_life_that_it_was_said_of() -> None:
    assert state_of(text(ready_at=2.0))[0] is State.READY
    assert state_of(text(ready_at=0.5))[0] is State.RUNNING


def test_without_a_domain_it_is_off_saved_or_was_ended() -> None:
    crashed = "Domain 3 has shut down, reason code 3 0x3"

    assert state_of(text("")) == (State.STOPPED, "")
    assert state_of(text("", saved=True)) == (State.SUSPENDED, "")
    assert state_of(text("", end="Domain 3 has shut down, reason code 0 0x0")) == (State.STOPPED, "")
    assert state_of(text("", end=crashed)) == (State.FAILED, "its kernel crashed")
    assert state_of(text("", end=crashed, stopped=True)) == (State.STOPPED, "")


def test_after_a_restart_of_dom0_no_end_is_a_bad_one() -> None:
    assert state_of(text("", boot="b2", end="Domain 3 has shut down, reason code 3 0x3")) == (State.STOPPED, "")


def test_a_look_that_was_cut_off_is_an_error() -> None:
    with pytest.raises(SeraiError, match="cut off"):
        parsed(text(whole=False), "dom0")
    with pytest.raises(SeraiError, match="cut off"):
        parsed("", "dom0")


def test_a_record_that_cannot_be_read_is_a_machine_that_is_unknown() -> None:
    looked = "@@serai domains\n@@serai code 0\n@@serai machine web\n{\n@@serai machine db\n@@serai whole\n"
    seen = of(parsed(looked, "dom0"))

    assert seen["web"].state is State.UNKNOWN
    assert "is not the record of a machine" in seen["web"].problem
    assert seen["db"].state is State.CREATING


def test_addresses_are_those_of_leases_and_neighbours() -> None:
    known = neighbours("10.0.2.15 dev xenbr0 lladdr 52:54:00:AA:00:01 STALE\n10.0.2.9 dev xenbr0 FAILED\n")

    assert known == {"52:54:00:aa:00:01": "10.0.2.15"}
    assert leases("170 52:54:00:AA:00:02 10.0.2.16 web *\nduid 00:01\n") == {"52:54:00:aa:00:02": "10.0.2.16"}
