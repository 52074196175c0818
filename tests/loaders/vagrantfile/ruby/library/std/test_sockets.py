"""Socket answers as Ruby does, without a packet."""

from __future__ import annotations

import pytest

from ruby_expressions import answered, said_by_ruby, wrong
from serai.loaders.vagrantfile.ruby.library.std import sockets
from serai.util.errors import SeraiError


def test_each_expression_is_answered_as_by_ruby():
    assert wrong("sockets") == {}


HOST = [
    "Socket.ip_address_list.map(&:ip_address)",
    "Socket.ip_address_list.select(&:ipv4_private?).map(&:ip_address)",
    "Socket.ip_address_list.reject(&:ipv4_loopback?).map(&:ip_address)",
    "Socket.getifaddrs.select { |i| i.addr && i.addr.ip? }.map { |i| [i.name, i.addr.ip_address] }",
    "Socket.getifaddrs.select { |i| i.addr && i.addr.ipv4? }.map { |i| [i.ifindex, i.netmask.ip_address] }",
]


def test_this_host_has_the_addresses_that_ruby_finds(need):
    need("ruby")

    assert [answered(expression) for expression in HOST] == said_by_ruby(HOST)


def test_an_interface_that_is_not_there_has_no_address():
    assert sockets.asked("nothing0", sockets.ADDRESS) is None


def test_addresses_of_ipv6_are_read_too(monkeypatch, tmp_path):
    listed = tmp_path / "if_inet6"
    listed.write_text("fe80000000000000505400fffe000001 02 40 20 80 eth9\n")
    monkeypatch.setattr(sockets, "IPV6", listed)

    found = sockets.interfaces()[-1]

    assert (found.name, found.number, str(found.address)) == ("eth9", 2, "fe80::5054:ff:fe00:1%eth9")
    assert str(found.netmask) == "ffff:ffff:ffff:ffff::"


@pytest.mark.parametrize("turned", [1, -1])
def test_the_wider_scope_of_an_interface_comes_first_however_the_file_has_them(monkeypatch, tmp_path, turned):
    lines = [
        "fe80000000000000505400fffe000001 02 40 20 80 eth9",
        "fd000000000000000000000000000002 02 40 00 80 eth9",
    ]
    (tmp_path / "if_inet6").write_text("\n".join(lines[::turned]))
    monkeypatch.setattr(sockets, "IPV6", tmp_path / "if_inet6")

    assert [str(each.address) for each in sockets.interfaces()[-2:]] == ["fd00::2", "fe80::5054:ff:fe00:1%eth9"]


@pytest.mark.parametrize("text", ['Socket.getaddrinfo("example.com", 80)', 'Socket.tcp("a", 1)', "Socket.new"])
def test_the_network_is_not_asked(run, text):
    with pytest.raises(SeraiError, match="needs the network"):
        run(text)
