"""Networks that lead containers out have packets that the way out takes, unless the file says another size."""

from __future__ import annotations

import pytest

from host_cases import write
from serai.host.facts.source import Source
from serai.run.way_out import fitted, smaller
from serai.spec.network import Network, NetworkMode

ROUTE = "Iface Destination Gateway Flags RefCnt Use Metric Mask\neth0 00000000 0100090A 3 0 0 0 00000000\n"


@pytest.mark.parametrize(
    ("files", "size"),
    [
        ({"proc/net/route": ROUTE, "sys/class/net/eth0/mtu": "1400"}, 1400),
        ({"proc/net/route": ROUTE, "sys/class/net/eth0/mtu": "1500"}, None),
        ({"proc/net/route": ROUTE, "sys/class/net/eth0/mtu": "9000"}, None),
        ({"proc/net/route": ROUTE}, None),
        ({"proc/net/route": "Iface\n"}, None),
    ],
    ids=["a tunnel", "usual", "large", "not known", "no way out"],
)
def test_only_a_narrow_way_out_has_a_say(tmp_path, files, size):
    write(tmp_path, files)

    assert smaller(Source(tmp_path)) == size


@pytest.mark.parametrize(
    ("network", "mtu"),
    [
        (Network(mode=NetworkMode.NAT), 1400),
        (Network(mode=NetworkMode.ROUTE), 1400),
        (Network(mode=NetworkMode.NAT, mtu=1300), 1300),
        (Network(mode=NetworkMode.NAT, external="net7"), None),
        (Network(), None),
    ],
)
def test_networks_that_lead_out_and_state_nothing_get_it(network, mtu):
    assert fitted({"back": network}, 1400)["back"].mtu == mtu
    assert fitted({"back": network}, None)["back"] == network
