"""Interfaces, networks and pools whose keys do not fit; cases/error-interfaces has each refusal with its place."""

from __future__ import annotations

import pytest

from serai.loaders.yaml import load
from serai.loaders.yaml.interfaces import POOL_KEYS
from serai.spec.pool import PoolType
from serai.util.errors import SeraiErrors


def messages(body, tmp_path):
    try:
        load(tmp_path / "serai.yaml", text=f"project: p\n{body}", environ={})
    except SeraiErrors as caught:
        return [error.message for error in caught.errors]
    return []


def test_a_counted_machine_with_an_uplink_has_one_uplink_each(tmp_path):
    assert messages("machines: {a: {count: 3, networks: {uplink: passt}}}", tmp_path) == []


def test_queues_may_be_as_many_as_the_cpus_that_can_come(tmp_path):
    machine = "cpus: 1, cpu: {max: 4}, networks: {private: {queues: 4}}"

    assert messages(f"machines: {{a: {{{machine}}}}}", tmp_path) == []
    assert (
        "5 queues, but 4 CPUs"
        in messages(f"machines: {{a: {{{machine.replace('es: 4', 'es: 5')}}}}}", tmp_path)[0]
    )


def test_a_public_network_may_leave_open_what_it_is_joined_to(tmp_path):
    assert messages("machines: {a: {networks: {public: }}}", tmp_path) == []


def test_the_groups_of_an_external_network_are_not_known_here(tmp_path):
    text = "networks: {n: {external: corp}}\nmachines: {a: {networks: {private: {network: n, portgroup: x}}}}"

    assert messages(text, tmp_path) == []


@pytest.mark.parametrize("kind", list(PoolType))
def test_a_pool_states_what_its_type_needs(kind, tmp_path):
    needed, possible = POOL_KEYS[kind]
    keys = ", ".join(f"{key}: /x" for key in (*needed, *possible))

    assert messages(f"pools: {{p: {{type: {kind}, {keys}}}}}\nmachines: {{a: }}", tmp_path) == []
    found = messages(f"pools: {{p: {{type: {kind}}}}}\nmachines: {{a: }}", tmp_path)
    assert found == [f"pools.p: a pool of type {kind} needs {key}" for key in needed]


def test_a_second_card_on_a_network_states_its_address(tmp_path):
    second = "[{private: n}, {private: {network: n, address: 10.40.0.20}}, {private: m}]"

    assert messages(f"machines: {{a: {{networks: {second}}}}}", tmp_path) == []
    (message,) = messages("machines: {a: {networks: [{private: n}, {private: n}]}}", tmp_path)
    assert "machines.a.networks[1]: a further card on network n needs an address of its own" in message
