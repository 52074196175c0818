"""Bridges: found, made, and taken away when nobody is on them."""

from __future__ import annotations

import shutil
from contextlib import contextmanager
from pathlib import Path

import pytest

from serai.providers import bridges
from serai.providers.contract import Scope
from serai.spec.network import Network, NetworkMode
from serai.util.errors import Code, SeraiError
from serai.util.process import run


@pytest.fixture
def scope(tmp_path: Path) -> Scope:
    return Scope(project="shop", project_id="t1", root=tmp_path, home=tmp_path / "home")


@pytest.fixture
def net(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A host with one bridge."""
    (tmp_path / "net" / "virbr0" / "bridge").mkdir(parents=True)
    (tmp_path / "net" / "eth0").mkdir()
    monkeypatch.setattr(bridges, "NET", tmp_path / "net")
    monkeypatch.setattr(bridges.lxc_config, "DEFAULT", str(tmp_path / "default.conf"))
    return tmp_path


def test_whichever_bridge_is_there_is_taken(net):
    assert bridges.uplink() == "virbr0"

    (net / "net" / "lxcbr0" / "bridge").mkdir(parents=True)
    assert bridges.uplink() == "lxcbr0"


def test_what_default_conf_names_comes_first_where_it_is_there(net):
    (net / "default.conf").write_text("lxc.network.type = veth\nlxc.network.link = br0\n")
    assert bridges.uplink() == "virbr0"

    (net / "net" / "br0" / "bridge").mkdir(parents=True)
    assert bridges.uplink() == "br0"


def test_a_bridge_that_is_not_there_is_named_with_those_that_are(net):
    with pytest.raises(SeraiError) as caught:
        bridges.uplink("br7")

    assert (caught.value.code, caught.value.hint) == (Code.MISSING, "there are virbr0")


def test_without_any_bridge_it_says_how_to_get_one(net):
    (net / "net" / "virbr0" / "bridge").rmdir()

    with pytest.raises(SeraiError, match="neither lxcbr0 nor virbr0"):
        bridges.uplink()


def test_a_project_network_has_a_name_of_its_own(scope):
    name = bridges.bridge_of(scope, "back", Network())

    assert len(name) == 14
    assert name != bridges.bridge_of(scope, "front", Network())
    assert bridges.bridge_of(scope, "back", Network(external="br0")) == "br0"
    assert bridges.bridge_of(scope, "back", Network(mode=NetworkMode.BRIDGE, bridge="br1")) == "br1"


def test_the_host_has_the_first_address():
    assert bridges.gateway(Network(subnet="10.40.0.0/24")) == "10.40.0.1/24"
    assert bridges.gateway(Network()) == ""


def test_an_external_bridge_must_be_there(net, scope):
    with pytest.raises(SeraiError, match=r"networks\.back\.external: there is no bridge br9"):
        bridges.ensure(scope, {"back": Network(external="br9")}, ["back"])


@pytest.mark.root
@pytest.mark.engine
def test_a_network_is_made_with_its_mtu_and_its_way_out_and_goes_when_it_is_idle(need, scope, home):
    need("ip", "nft", root=True)
    network = Network(subnet="10.78.0.0/24", mtu=1400, mode=NetworkMode.NAT)
    (name,) = bridges.ensure(scope, {"back": network}, ["back"])
    try:
        assert (bridges.NET / name / "mtu").read_text() == "1400\n"
        assert "10.78.0.1/24" in run(["ip", "-4", "address", "show", "dev", name]).stdout
        assert "masquerade" in run(["nft", "list", "table", "ip", bridges.table(name)]).stdout
        assert bridges.ensure(scope, {"back": network}, ["back"]) == (name,)
        run(["ip", "link", "add", "name", "vt-serai-t", "type", "veth", "peer", "name", "vt-serai-u"])
        run(["ip", "link", "set", "dev", "vt-serai-t", "master", name])
        bridges.remove_idle([name])
        assert bridges.there(name)
    finally:
        run(["ip", "link", "delete", "dev", "vt-serai-t"], check=False)
        bridges.remove_idle([name])
    assert not bridges.there(name)
    assert not run(["nft", "list", "table", "ip", bridges.table(name)], check=False).ok


@pytest.mark.root
@pytest.mark.engine
def test_half_a_bridge_that_a_killed_run_has_left_is_made_whole(need, scope, home):
    need("ip", root=True)
    network = Network(subnet="10.78.2.0/24")
    name = bridges.bridge_of(scope, "back", network)
    run(["ip", "link", "add", "name", name, "type", "bridge"])
    try:
        assert bridges.there(name)
        assert not bridges.is_whole(name)
        bridges.ensure(scope, {"back": network}, ["back"])
        assert "10.78.2.1/24" in run(["ip", "-4", "address", "show", "dev", name]).stdout

        run(["ip", "link", "add", "name", "vt-serai-t", "type", "veth", "peer", "name", "vt-serai-u"])
        run(["ip", "link", "set", "dev", "vt-serai-t", "master", name])
        run(["ip", "link", "set", "dev", name, "down"])
        bridges.ensure(scope, {"back": network}, ["back"])
        assert bridges.is_whole(name)
        assert (bridges.NET / "vt-serai-t" / "master").resolve().name == name, "its cards must stay on it"
    finally:
        run(["ip", "link", "delete", "dev", "vt-serai-t"], check=False)
        bridges.remove_idle([name])
    assert not bridges.there(name)


@pytest.mark.root
@pytest.mark.engine
def test_a_bridge_with_a_stated_name_goes_where_serai_made_it(need, scope, home):
    need("ip", root=True)
    network = Network(subnet="10.78.3.0/24", bridge="t-serai-br")
    try:
        bridges.ensure(scope, {"back": network}, ["back"])
        assert bridges.there("t-serai-br")
        bridges.remove_idle(["t-serai-br"])
        assert not bridges.there("t-serai-br")

        run(["ip", "link", "add", "name", "t-serai-br", "up", "type", "bridge"])
        bridges.ensure(scope, {"back": network}, ["back"])
        bridges.remove_idle(["t-serai-br"])
        assert bridges.there("t-serai-br"), "it was there before"
    finally:
        run(["ip", "link", "delete", "dev", "t-serai-br"], check=False)


def test_a_subnet_that_somebody_else_has_is_refused_with_his_device(scope, home, monkeypatch, tmp_path):
    routes = tmp_path / "route"
    head = "Iface Destination Gateway Flags RefCnt Use Metric Mask MTU Window IRTT\n"
    lines = "eth0 00000000 0100A8C0 0003 0 0 0 00000000 0 0 0\nbr-4f 00004E0A 00000000 0001 0 0 0 00FFFFFF 0 0 0\n"
    routes.write_text(head + lines)
    monkeypatch.setattr(bridges, "ROUTES", routes)
    monkeypatch.setattr(bridges, "NET", tmp_path)
    monkeypatch.setattr(bridges, "run", lambda *words, **more: None)

    assert {str(subnet): device for subnet, device in bridges.in_use().items()} == {"10.78.0.0/24": "br-4f"}
    with pytest.raises(
        SeraiError, match=r"networks\.back: subnet 10\.78\.0\.0/25 overlaps with .* behind br-4f"
    ) as caught:
        bridges.ensure(scope, {"back": Network(subnet="10.78.0.0/25")}, ["back"])
    assert caught.value.code is Code.BUSY
    assert bridges.ensure(scope, {"back": Network(subnet="10.79.0.0/25")}, ["back"])


@pytest.mark.root
@pytest.mark.engine
def test_a_subnet_that_cannot_be_leaves_nothing(need, scope, home):
    need("ip", root=True)
    network = Network(subnet="10.78.1.0/24", mtu=70000)

    with pytest.raises(SeraiError, match=r"networks\.back: its bridge serai-\w+ cannot be made"):
        bridges.ensure(scope, {"back": network}, ["back"])

    assert not bridges.there(bridges.bridge_of(scope, "back", network))


def test_one_that_another_machines_end_takes_away_meanwhile_is_no_failure(home, monkeypatch, tmp_path):
    bridge = tmp_path / "serai-01234567"
    (bridge / "bridge").mkdir(parents=True)
    removed = []

    @contextmanager
    def gone_when_it_is_ours(path, what):
        shutil.rmtree(bridge)
        yield

    monkeypatch.setattr(bridges, "NET", tmp_path)
    monkeypatch.setattr(bridges, "lock", gone_when_it_is_ours)
    monkeypatch.setattr(bridges, "remove", removed.extend)

    bridges.remove_idle([bridge.name])

    assert removed == []
