"""One run of Ansible for all the machines of its limit."""

from __future__ import annotations

from typing import Any

from serai.plan.steps import Act, Step, step
from serai.plan.together import together
from serai.spec.machine import Machine
from serai.spec.provision import Provision, Shell, block_of
from serai.spec.provisioners.ansible import Ansible

SCRIPT = Provision(shell=Shell(inline="true"))


def machine(name: str, *blocks: Provision) -> Machine:
    return Machine(name=name, provision=list(blocks))


def play(**options: Any) -> Provision:
    return block_of(Ansible(playbook="site.yml", **options))


def chain(name: str, *keys: str) -> list[Step]:
    found = [step(Act.START, name), step(Act.READY, name, f"{name}/start")]
    for key in keys:
        found.append(step(Act.PROVISION, name, found[-1].id, key=key))
    return found


def planned(machines: list[Machine], *chains: list[Step]) -> dict[str, Step]:
    steps = [item for each in chains for item in each]
    return {item.id: item for item in together({each.name: each for each in machines}, steps)}


def test_a_run_waits_for_all_that_it_covers() -> None:
    web = machine("web", play(limit=["all", "!off"]))
    found = planned([web, machine("db"), machine("off")], chain("web", "ansible-1"), chain("db"), chain("off"))

    assert set(found["web/provision:ansible-1"].needs) == {"web/ready", "db/ready"}


def test_without_a_limit_nobody_waits() -> None:
    found = planned([machine("web", play()), machine("db")], chain("web", "ansible-1"), chain("db"))

    assert found["web/provision:ansible-1"].needs == ("web/ready",)


def test_equal_blocks_are_one_run_by_the_last_machine() -> None:
    blocks = (SCRIPT, play(limit=["all"]), SCRIPT)
    machines = [machine("a", *blocks), machine("b", *blocks)]
    keys = ("shell-1", "ansible-1", "shell-2")
    found = planned(machines, chain("a", *keys), chain("b", *keys))

    run = found["b/provision:ansible-1"]
    assert "a/provision:ansible-1" not in found
    assert run.also == ("a:ansible-1",)
    assert {"a/provision:shell-1", "b/provision:shell-1"} <= set(run.needs)
    assert found["a/provision:shell-2"].needs == (run.id,)


def test_blocks_that_differ_run_each() -> None:
    machines = [machine("a", play(limit=["all"])), machine("b", play(limit=["all"], become=True))]
    found = planned(machines, chain("a", "ansible-1"), chain("b", "ansible-1"))

    assert {"a/provision:ansible-1", "b/provision:ansible-1"} <= found.keys()


def test_a_circle_is_not_made() -> None:
    first, second = play(limit=["all"]), play(limit=["all"], become=True)
    machines = [machine("a", first, second), machine("b", second, first)]
    chains = chain("a", "ansible-1", "ansible-2"), chain("b", "ansible-1", "ansible-2")
    found = planned(machines, *chains)

    assert list(found.values()) == [*chains[0], *chains[1]]
