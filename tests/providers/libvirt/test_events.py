"""Waits end with libvirt's events; libvirt's own test driver sends real ones."""

from __future__ import annotations

import subprocess
import sys
import threading
import time

import pytest

from serai.providers.libvirt import events
from serai.util.errors import Code, SeraiError

libvirt = pytest.importorskip("libvirt", reason="needs libvirt-python")


@pytest.fixture
def connection():
    events.start()
    conn = libvirt.open("test:///default")
    yield conn
    conn.close()


@pytest.fixture
def domain(connection):
    """It runs, also where another test of this process still holds the driver, and with it what was done there."""
    found = connection.lookupByName("test")
    if not found.isActive():
        found.create()
    if found.state()[0] == libvirt.VIR_DOMAIN_PAUSED:
        found.resume()
    return found


def off(domain):
    return None if domain.isActive() else "off"


def test_what_is_so_already_needs_no_event(connection, domain):
    assert events.wait_for(connection, domain.UUIDString(), lambda each: each.name(), 0) == "test"


def test_a_wait_ends_when_the_event_comes(connection, domain):
    timer = threading.Timer(0.3, domain.destroy)
    timer.start()
    began = time.monotonic()

    assert events.wait_for(connection, domain.UUIDString(), off, 30) == "off"
    assert 0.2 < time.monotonic() - began < events.LOST_AFTER
    timer.join()


def test_a_wait_looks_only_when_something_happens(connection, domain):
    looks = []

    def look(each):
        looks.append(each.isActive())

    timer = threading.Timer(0.2, domain.suspend)
    timer.start()
    assert events.wait_for(connection, domain.UUIDString(), look, 0.6) is None
    timer.join()
    assert len(looks) == 3  # at once, after the event, and when the budget ends


def test_nothing_within_the_budget_is_none(connection, domain):
    assert events.wait_for(connection, domain.UUIDString(), off, 0.1) is None


def test_other_domains_do_not_wake_it(connection, domain):
    with events.watching(connection, domain.UUIDString()) as stirred:
        other = connection.createXML(
            "<domain type='test'><name>other</name><memory>1024</memory><os><type>hvm</type></os></domain>", 0
        )
        assert not stirred.wait(0.2)
        domain.suspend()
        assert stirred.wait(5)
        other.destroy()


def test_no_callback_is_left_behind(connection, domain):
    with events.watching(connection, domain.UUIDString()) as stirred:
        pass
    domain.suspend()

    assert not stirred.wait(0.2)


def test_a_vanished_domain_is_told_by_libvirt(connection):
    with pytest.raises(libvirt.libvirtError):
        events.wait_for(connection, "00000000-0000-0000-0000-000000000001", off, 1)


def test_a_daemon_that_hung_up_ends_the_wait(connection, domain, monkeypatch):
    monkeypatch.setattr(events, "LOST_AFTER", 0.05)

    class Dead:
        def isAlive(self):
            return 0

        def getURI(self):
            return "qemu+tcp://host/system"

    with pytest.raises(SeraiError) as caught:
        events.wait(Dead(), domain, off, 10, threading.Event())

    assert caught.value.code is Code.NETWORK
    assert "qemu+tcp://host/system hung up" in caught.value.message


def test_the_loop_does_not_keep_a_process_alive():
    text = (
        "from serai.providers.libvirt import binding, events; libvirt = binding.library(); "
        "events.start(); events.start(); conn = libvirt.open('test:///default')"
    )
    done = subprocess.run([sys.executable, "-c", text], timeout=20, capture_output=True, text=True, check=False)

    assert (done.returncode, done.stderr) == (0, "")
