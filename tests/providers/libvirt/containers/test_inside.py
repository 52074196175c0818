"""Into a container: its first process, how it is asked to end, and by which rights one comes in."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import msgspec
import pytest

from serai.providers.libvirt import ledger
from serai.providers.libvirt.containers import inside
from serai.providers.libvirt.record import Phase, Record
from serai.spec.container import Container
from serai.spec.machine import Machine
from serai.util.errors import Code, SeraiError

RECORD = Record(
    name="web", project="shop", project_id="t1", project_root="/shop", uri="lxc:///", domain="shop_web",
    uuid="u", phase=Phase.MADE, applied=Machine(name="web", provider="libvirt"),
)  # fmt: skip


class Domain:
    """A domain whose own process is this one's child, which has a child in turn."""

    def __init__(self, ident: int) -> None:
        self.ident = ident

    def ID(self) -> int:
        return self.ident

    def isActive(self) -> bool:
        return self.ident > 0

    def XMLDesc(self, flags: int) -> str:
        return "<domain><devices><interface><target dev='no-such0'/></interface></devices></domain>"


@pytest.fixture
def domain():
    """`controller` starts `first`, which tells the signal that it gets."""
    first = "import signal, sys; s = signal.sigwait({15, 3}); print(s, flush=True)"
    code = (
        "import subprocess, signal, sys; signal.pthread_sigmask(signal.SIG_BLOCK, {3, 15});"
        f"p = subprocess.Popen([sys.executable, '-c', {first!r}]); print('on', flush=True); p.wait()"
    )
    controller = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    assert controller.stdout
    assert controller.stdout.readline() == "on\n"
    yield controller
    controller.kill()
    controller.stdout.close()
    controller.wait()


def with_box(**box: object) -> Record:
    applied = Machine(name="web", provider="libvirt", container=msgspec.convert(box, Container))
    return msgspec.structs.replace(RECORD, applied=applied)


def test_the_first_process_is_the_child_of_the_domains_own(domain):
    pid = inside.first_process(Domain(domain.pid))

    assert os.path.exists(f"/proc/{pid}")  # noqa: PTH110
    assert inside.first_process(Domain(-1)) == 0
    assert inside.begun(Domain(domain.pid)) == pid


def test_one_that_has_ended_is_not_waited_for():
    assert inside.begun(Domain(-1)) == 0
    inside.settle(Domain(-1), "web", ())
    inside.ask_to_end(Domain(-1), RECORD)


@pytest.mark.parametrize(("box", "told"), [({}, signal.SIGTERM), ({"stop_signal": "QUIT"}, signal.SIGQUIT)])
def test_it_is_asked_to_end_by_its_signal(domain, box, told):
    inside.ask_to_end(Domain(domain.pid), with_box(**box))

    assert domain.stdout.readline().strip() in (str(int(told)), str(told), f"Signals.{told.name}")


@pytest.mark.parametrize(("name", "number"), [("SIGQUIT", 3), ("quit", 3), ("9", 9)])
def test_signals_have_names_and_numbers(name, number):
    assert inside._signal(name) == number


def test_a_signal_that_there_is_not_is_named():
    with pytest.raises(SeraiError, match="there is no signal SIGNONE") as caught:
        inside._signal("SIGNONE")
    assert caught.value.code is Code.INPUT


def test_the_way_in_leads_through_all_namespaces_with_the_rights_of_the_container(pretended, domain, monkeypatch):
    monkeypatch.setattr(inside, "opened", lambda uri: None)
    monkeypatch.setattr(inside, "lookup", lambda conn, uuid: Domain(domain.pid))
    scope = pretended.scope
    ledger.save(scope, RECORD)

    argv = inside.endpoint(scope, "web").argv
    assert "HOME=/root" in argv
    assert argv[argv.index("--bounding-set") + 1].split(",")[0] == "-sys_module"
    assert argv[-1] == "--"

    ledger.save(scope, with_box(privileged=True))
    assert "--bounding-set" not in inside.endpoint(scope, "web").argv
    ledger.save(scope, with_box(cap_add=["ALL"]))
    assert "--bounding-set" not in inside.endpoint(scope, "web").argv

    applied = Machine(name="web", user=None)
    ledger.save(scope, msgspec.structs.replace(RECORD, applied=msgspec.structs.replace(applied, user="daemon")))
    found = inside.endpoint(scope, "web")
    assert (found.user, found.argv[found.argv.index("-S") + 1]) == ("daemon", "1")


def test_one_that_is_off_or_is_not_there_has_no_way_in(pretended, monkeypatch):
    monkeypatch.setattr(inside, "opened", lambda uri: None)
    monkeypatch.setattr(inside, "lookup", lambda conn, uuid: None)
    with pytest.raises(SeraiError, match="web does not exist: there is no way in"):
        inside.endpoint(pretended.scope, "web")

    ledger.save(pretended.scope, RECORD)
    with pytest.raises(SeraiError, match="web is off: there is no way in"):
        inside.endpoint(pretended.scope, "web")


def test_the_console_is_virshs(pretended):
    ledger.save(pretended.scope, RECORD)
    found = inside.console(pretended.scope, "web")

    assert found.argv == ("virsh", "-q", "-c", "lxc:///", "console", "--force", "u")
    assert str(found.engine) == "/var/log/libvirt/lxc/shop_web.log"


def test_a_card_is_ready_when_its_bridge_sends_on(tmp_path, monkeypatch):
    monkeypatch.setattr(inside, "NET", tmp_path)
    monkeypatch.setattr(inside, "FORWARD_BUDGET", 0.2)
    place = tmp_path / "vnet0" / "brport"
    place.mkdir(parents=True)
    seen = []
    for state in ("1", "3"):
        (place / "state").write_text(f"{state}\n")
        inside._forwards("vnet0")
        seen.append(state)
    inside._forwards("vnet1")

    assert seen == ["1", "3"]
    assert inside.bridged(Domain(1).XMLDesc(0)) == ["no-such0"]
