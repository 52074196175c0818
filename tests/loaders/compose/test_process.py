"""Commands, checks, ends."""

from __future__ import annotations

from subprocess import check_output

import pytest

from compose_cases import service


@pytest.mark.parametrize(
    ("text", "key", "expected"),
    [
        ("command: a 'b c'", "cmd", ["a", "b c"]),
        ("command: []", "cmd", None),
        ("entrypoint: ''", "entrypoint", []),
        ("restart: 'no'", "restart", None),
        ("restart: on-failure:2", "restart", "on-failure:2"),
        ("pull_policy: if_not_present", "pull", None),
        ("pull_policy: never", "pull", "never"),
        ("ipc: host", "ipc", "host"),
    ],
)
def test_a_key_is_mapped(shop, text: str, key: str, expected: object) -> None:
    container = shop.machine(text).container

    assert (getattr(container, key) if container else None) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("test: a && b", ["CMD-SHELL", "a && b"]),
        ("test: [CMD, a, b]", ["CMD", "a", "b"]),
        ("test: [CMD-SHELL, a b]", ["CMD-SHELL", "a b"]),
    ],
)
def test_a_check_is_a_command(shop, text: str, expected: list[str]) -> None:
    assert shop.machine(f"healthcheck: {{{text}}}").container.health.test == expected


@pytest.mark.parametrize("text", ["disable: true", "test: [NONE]"])
def test_a_check_can_be_none(shop, text: str) -> None:
    assert shop.machine(f"healthcheck: {{{text}}}").container.health.disable


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("healthcheck: {test: [a, b]}", "a list begins with CMD, CMD-SHELL or NONE"),
        ("healthcheck: {test: []}", "a list begins with CMD, CMD-SHELL or NONE"),
        ("healthcheck: {intervall: 1s}", "did you mean 'interval'?"),
        ("restart: alwys", "'alwys' is no policy, did you mean 'always'?"),
        ("pull_policy: alway", "did you mean 'always'?"),
        ("platform: windows/amd64", "is no platform that serai has"),
        ("platform: linux/mips", "is no platform that serai has"),
        ("post_start: [{user: a}]", "needs `command`"),
        ('command: "a \'b"', "cannot be split into words"),
        ("pid: service:none", "there is no service 'none'"),
    ],
)
def test_what_is_wrong_is_refused(shop, text: str, said: str) -> None:
    found = shop.errors(service(text))

    assert len(found) == 1
    assert said in found[0]


def test_hooks_run_in_the_guest(shop) -> None:
    text = "post_start: [{command: [a, b c], environment: {X: y z}}]\n"
    text += "pre_stop: [{command: stop it, privileged: true}]"

    hooks = shop.machine(text).hooks

    assert hooks["after_start"][0].run == "env 'X=y z' a 'b c'"
    assert hooks["before_stop"][0].run == "stop it"
    assert hooks["before_stop"][0].on == "guest"
    assert shop.notes(service(text)) == ["pre_stop.privileged: a hook has the container's own rights"]


def test_a_platform_is_an_architecture(shop) -> None:
    assert shop.machine("platform: linux/arm64/v8").arch == "arm64"


def test_logging_without_a_driver_is_the_engines(shop) -> None:
    log = shop.machine("logging: {options: {max-size: 1m}}").container.log

    assert (log.driver, log.options) == ("json-file", {"max-size": "1m"})


def test_what_has_no_effect_is_noted(shop) -> None:
    text = service("healthcheck: {test: a, start_interval: 1s}\npull_policy: daily\ncommand: ''")

    assert [line.partition(":")[0] for line in shop.notes(text)] == [
        "healthcheck.start_interval",
        "pull_policy",
        "command",
    ]


def test_a_hooks_shell_has_the_hooks_environment(shop) -> None:
    text = "post_start: [{command: [sh, -c, 'echo $$X && echo $$Y'], environment: {X: a b, Y: c}}]"

    (hook,) = shop.machine(text).hooks["after_start"]

    assert check_output(["sh", "-c", hook.run], text=True) == "a b\nc\n"
