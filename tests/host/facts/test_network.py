"""Networks: the way out, bridges, the policy of a chain."""

from __future__ import annotations

from host_cases import Case, source, write
from serai.host.checks.row import Outcome
from serai.host.facts.network import Network


def test_the_default_route_shows_the_uplink(tmp_path):
    route = "Iface\teth1\nvirbr0 0065A8C0 0 1 0 0 0 00FFFFFF\neth0 00000000 0101 3 0 0 0 00000000"
    write(tmp_path, {"proc/net/route": route, "sys/class/net/br0/bridge": None, "sys/class/net/eth0": None})
    said = {"iptables-save": "*nat\n:FORWARD ACCEPT\nCOMMIT\n*filter\n:FORWARD DROP [0:0]\nCOMMIT"}
    network = Network(source(tmp_path, Case(Outcome.PASS, run=said)))

    assert (network.uplink, network.bridges, network.policy("FORWARD")) == ("eth0", ["br0"], "DROP")
