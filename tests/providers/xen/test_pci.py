"""Functions of PCI are taken from dom0's drivers where that is stated, and given back whatever way it ends."""

from __future__ import annotations

import pytest

from serai.providers.xen import pci
from serai.providers.xen.dom0 import dom0
from serai.util.errors import Code, SeraiError

pytestmark = [pytest.mark.root, pytest.mark.engine]
SEIZE = "type: pv, pci_seize: true"
FIRST, SECOND = "0000:03:00.0", "0000:03:00.1"


@pytest.fixture
def drivers(xl, monkeypatch):
    """A card of two functions: dom0's own driver has one, and by hand pciback was given the other."""
    place = xl.state / "pci"
    for name in (f"devices/{FIRST}", f"devices/{SECOND}", "drivers/e1000e", "drivers/pciback"):
        (place / name).mkdir(parents=True)
    (place / "drivers/e1000e" / FIRST).touch()
    (place / "drivers/pciback" / SECOND).touch()
    monkeypatch.setattr(pci, "DEVICES", str(place / "devices"))
    monkeypatch.setattr(pci, "PCIBACK", str(place / "drivers/pciback"))

    def whose():
        return {each.name: each.parent.name for each in (place / "drivers").glob("*/*")}

    return whose


def given(machine, *addresses, raw=SEIZE):
    return machine(f"devices: {{pci: [{', '.join(map(repr, addresses))}]}}", raw=raw)


@pytest.mark.parametrize("xl", ["here", "far"], indirect=True)
def test_what_was_taken_goes_back_when_the_guest_is_off(xl, driver, machine, materials, drivers):
    web = given(machine, "03:00")
    before = drivers()
    driver.create(web, materials)
    driver.start(web, materials)
    assert drivers() == {FIRST: "pciback", SECOND: "pciback"}
    assert driver.stop("web", budget=5)
    assert drivers() == before
    assert not [call for call in xl.calls() if SECOND in call], "it was given by hand, and stays so"
    driver.destroy("web")


def test_what_was_taken_goes_back_when_it_is_destroyed(xl, driver, machine, materials, drivers):
    web = given(machine, "03:00")
    before = drivers()
    driver.create(web, materials)
    driver.start(web, materials)
    driver.destroy("web")
    assert drivers() == before


def test_a_guest_that_cannot_be_made_takes_nothing(xl, driver, machine, materials, drivers):
    web = given(machine, "03:00")
    before = drivers()
    driver.create(web, materials)
    xl.fault("late")
    with pytest.raises(SeraiError):
        driver.start(web, materials)
    assert drivers() == before
    driver.destroy("web")


def test_what_a_later_start_is_not_given_goes_back(xl, driver, machine, materials, drivers):
    driver.create(given(machine, FIRST), materials)
    driver.start(given(machine, FIRST), materials)
    dom0("").run("xl destroy shop_web")
    assert drivers()[FIRST] == "pciback", "it powered off by itself: nobody was there to give it back"
    driver.start(machine(raw=SEIZE), materials)
    assert drivers()[FIRST] == "e1000e"
    driver.destroy("web")


def test_without_seize_a_device_of_dom0s_is_refused_with_the_way_out(xl, driver, machine, materials, drivers):
    web = given(machine, FIRST, raw="type: pv")
    driver.create(web, materials)
    with pytest.raises(SeraiError, match="dom0 uses") as caught:
        driver.start(web, materials)
    assert caught.value.code is Code.BUSY
    assert "pci_seize" in (caught.value.hint or "")
    driver.destroy("web")
