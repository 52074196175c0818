"""How many, and how limited."""

from __future__ import annotations

from compose_cases import service


def test_replicas_are_machines_that_share_a_name(shop) -> None:
    project = shop.project(service("deploy: {replicas: 2}"))

    assert list(project.machines) == ["web-1", "web-2"]
    assert [nic.private.aliases for nic in project.machines["web-1"].networks] == [["web"]]


def test_one_is_the_machine_itself_and_none_is_none(shop) -> None:
    assert list(shop.project(service("scale: 1")).machines) == ["web"]
    text = "services:\n  web: {image: x}\n  none: {image: x, scale: 0}\n"
    assert list(shop.project(text).machines) == ["web"]


def test_two_different_numbers_are_an_error(shop) -> None:
    assert "say different numbers" in shop.errors(service("scale: 2\ndeploy: {replicas: 3}"))[0]


def test_a_name_is_for_one_container(shop) -> None:
    assert "only one container can have this name" in shop.errors(service("scale: 2\ncontainer_name: a"))[0]


def test_limits_of_the_service_count_more(shop) -> None:
    text = service("cpus: 1\ndeploy: {resources: {limits: {cpus: '2', memory: 10m}, reservations: {cpus: '1'}}}")

    container = shop.project(text).machines["web"].container

    assert (container.cpus, container.memory) == (1, 10 << 20)
    assert shop.notes(text) == [
        "deploy.resources.limits.cpus: the service states it itself, too",
        "deploy.resources.reservations.cpus: engines reserve no CPUs",
    ]


def test_a_policy_is_a_restart(shop) -> None:
    def restart(text: str) -> str:
        container = shop.machine(f"deploy: {{restart_policy: {{{text}}}}}").container
        return container.restart if container else "no"

    assert restart("condition: none") == "no"
    assert restart("condition: on-failure, max_attempts: 2") == "on-failure:2"
    assert restart("delay: 1s") == "always"
    assert (
        shop.machine("restart: always\ndeploy: {restart_policy: {condition: none}}").container.restart == "always"
    )


def test_what_is_for_a_swarm_is_noted(shop) -> None:
    text = service(
        "deploy: {endpoint_mode: vip, update_config: {}, restart_policy: {window: 1s, max_attempts: 2}}"
    )

    assert [line.partition(":")[0] for line in shop.notes(text)] == [
        "deploy.endpoint_mode",
        "deploy.update_config",
        "deploy.restart_policy.window",
        "deploy.restart_policy.max_attempts",
    ]


def test_a_word_that_is_none_is_refused(shop) -> None:
    assert (
        "did you mean 'on-failure'?" in shop.errors(service("deploy: {restart_policy: {condition: on-failur}}"))[0]
    )
    assert "did you mean 'replicas'?" in shop.errors(service("deploy: {replica: 2}"))[0]
