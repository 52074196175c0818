"""A network of libvirt's gets a size of packets, and its XML back; under guests it waits for them."""

from __future__ import annotations

import subprocess

import pytest

from host_cases import write
from serai.host.apply import tune, undo
from serai.host.changes.change import State
from serai.host.changes.libvirt_mtu import NetworkMtu
from serai.host.ledger import Ledger
from serai.host.reach.local import Local
from serai.util.errors import SeraiError
from serai.util.process import Result

XML = "<network><name>default</name><forward mode='nat'/><bridge name='virbr0'/></network>"
CHANGE = NetworkMtu(name="default", size=1400)


class Host(Local):
    """virsh with one network, which runs as it was when it was started."""

    def __init__(self, root, xml=XML, active=True, takes=True):
        super().__init__(root)
        write(root, {"sys/class/net/virbr0/brif": None})
        self.live = True
        self.xml, self.running, self.active, self.takes = xml, xml, active, takes

    def run(self, argv, *, input=None, timeout=600):
        verb, words = argv[3], argv[4:]
        if verb == "net-dumpxml":
            said = self.xml if "--inactive" in words or not self.active else self.running
            return Result(argv, 0 if said else 1, said, "")
        if verb == "net-define" and not self.takes:
            return Result(argv, 1, "", "error: XML error\n")
        if verb == "net-define":
            self.xml = input
        if verb == "net-start":
            self.running = self.xml
        return Result(argv, 0, f"Name: default\nActive:  {'yes' if self.active else 'no'}\n", "")


def test_it_is_defined_started_anew_read_back_and_as_before_afterwards(tmp_path):
    host = Host(tmp_path)
    assert tune(host, "libvirt-mtu", "", [CHANGE], lambda line: None)[0].state is State.DONE
    assert '<mtu size="1400"' in host.running
    assert CHANGE.holds(host)

    undo(host, Ledger(host).read("libvirt-mtu"), lambda line: None)
    assert host.xml == host.running == XML


def test_under_guests_it_waits(tmp_path):
    host = Host(tmp_path)
    (tmp_path / "sys/class/net/virbr0/brif/vnet0").mkdir()
    seen = tune(host, "libvirt-mtu", "", [CHANGE], lambda line: None)[0]

    assert (seen.state, seen.why) == (State.PENDING, "a restart of the network, when its guests are off")
    assert host.running == XML


def test_a_size_that_is_there_gives_way(tmp_path):
    host = Host(tmp_path, XML.replace("<bridge", "<mtu size='9000'/><bridge"))
    assert CHANGE.diff(host) == ["network default: mtu 9000 -> 1400"]
    CHANGE.do(host, CHANGE.before(host))

    assert host.xml.count("<mtu") == 1 and 'size="1400"' in host.xml


@pytest.mark.parametrize(("mode", "own"), [("nat", True), ("route", True), ("bridge", False), ("hostdev", False)])
def test_only_bridges_of_libvirts_own_are_changed(tmp_path, mode, own):
    assert CHANGE.is_routed(Host(tmp_path, XML.replace("nat", mode))) is own


def test_what_others_did_since_is_a_conflict_and_what_is_gone_stays_away(tmp_path):
    host = Host(tmp_path)
    before = CHANGE.before(host)
    CHANGE.do(host, before)
    after = CHANGE.after(host)
    assert CHANGE.conflict(host, before, after) == ""
    host.xml = XML.replace("virbr0", "virbr7")
    assert "was changed since" in CHANGE.conflict(host, before, after)
    host.xml = ""
    CHANGE.undo(host, before, after)
    assert host.xml == ""


def test_an_xml_that_libvirt_refuses_says_so(tmp_path):
    host = Host(tmp_path, takes=False)
    with pytest.raises(SeraiError, match="does not take the network default: error: XML error"):
        CHANGE.do(host, CHANGE.before(host))
    assert CHANGE.read_back(host).state is State.LOST


NAME = "serai-test-mtu"
REAL = f"""<network><name>{NAME}</name><bridge name='seraitm0'/>
<ip address='10.251.77.1' netmask='255.255.255.0'/></network>"""


def virsh(*words, input=None):
    argv = ["virsh", "-c", "qemu:///system", *words]
    return subprocess.run(argv, input=input, capture_output=True, text=True, check=False).stdout


@pytest.fixture
def network(libvirtd):
    virsh("net-define", "/dev/stdin", input=REAL)
    virsh("net-start", NAME)
    yield NAME
    virsh("net-destroy", NAME)
    virsh("net-undefine", NAME)


@pytest.mark.engine
@pytest.mark.root
def test_a_real_bridge_has_the_size_and_then_has_not(network, tmp_path):
    change, reach = NetworkMtu(name=network, size=1400), Local()
    before = change.before(reach)
    change.do(reach, before)
    size = "/sys/class/net/seraitm0/mtu"

    assert change.read_back(reach).state is State.DONE
    assert reach.read(size).strip() == b"1400"
    change.undo(reach, before, change.after(reach))
    assert reach.read(size).strip() == b"1500"
    assert virsh("net-dumpxml", "--inactive", network) == before.value
