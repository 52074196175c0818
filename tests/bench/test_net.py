"""Cards that are compared, and what this host lacks for vhost."""

from __future__ import annotations

import msgspec
import pytest

from serai.bench import net
from serai.bench.plan import Settings
from serai.loaders.yaml import load
from serai.util.errors import SeraiError


def test_both_machines_are_of_the_spec_and_the_sender_has_a_card_of_each_kind(tmp_path):
    file = tmp_path / "serai.yaml"
    file.write_bytes(
        msgspec.json.encode(
            {"machines": {"sender": net._machine(net.CARDS, 1), "receiver": net._machine(net.CARDS, 2)}}
        )
    )
    machines = load(file).machines
    assert [nic.private.model for nic in machines["sender"].networks] == list(net.CARDS)
    assert {nic.private.model for nic in machines["receiver"].networks} == {"virtio"}


class Deaf:
    """A receiver that gets nothing."""

    name = "receiver"

    def sh(self, _script: str) -> str:
        return "0"

    def timed(self, _command: str) -> float:
        return 0.5


def test_a_stream_that_did_not_arrive_is_no_figure():
    with pytest.raises(SeraiError, match=r"receiver got 0 of 1048576 bytes from 10\.41\.0\.12"):
        net._stream(Deaf(), Deaf(), "10.41.0.12", 1 << 20)


def test_vhost_alone_makes_no_machine_and_says_why_it_was_not_measured():
    [case] = net.run(Settings(cases=("vhost",)))
    assert case.not_measurable and not case.variants


def test_vhost_is_compared_where_networks_have_taps(monkeypatch):
    asked = []
    monkeypatch.setattr(net.Path, "exists", lambda _path: True)
    monkeypatch.setattr(net, "_compare", lambda _settings, nics, *_rest: asked.append(nics) or [None])
    net.run(Settings(provider="libvirt", cases=("vhost",)))
    assert [keys for keys, _ in asked[0].values()] == [{"vhost": False}, {"vhost": True}]
    [case] = net.run(Settings(provider="qemu", cases=("vhost",)))
    assert "--provider libvirt" in case.not_measurable
