"""Words for docker are taken apart as docker takes them."""

from __future__ import annotations

import pytest

from serai.loaders.vagrantfile.mapping.docker_flags import Flag, build_flags, mount, plain, run_flags


@pytest.mark.parametrize(
    ("words", "flags"),
    [
        (["-p", "80:80"], [Flag("--publish", "80:80")]),
        (["-p80:80"], [Flag("--publish", "80:80")]),
        (["-it"], [Flag("--interactive", True), Flag("--tty", True)]),
        (["-tmx"], [Flag("--tty", True), Flag("--memory", "x")]),
        (["--privileged=false"], [Flag("--privileged", False)]),
        (["--net=host"], [Flag("--network", "host")]),
        (["--foo", "bar"], [Flag("--foo", True), Flag("", "bar")]),
        (["--cpu-quota", "-1"], [Flag("--cpu-quota", "-1")]),
        (["--memory"], [Flag("--memory", True)]),
    ],
)
def test_flags_of_run(words: list[str], flags: list[Flag]) -> None:
    assert list(run_flags(words)) == flags


def test_t_is_another_flag_of_build() -> None:
    assert list(build_flags(["-t", "a"])) == [Flag("--tag", "a")]


@pytest.mark.parametrize(
    ("flag", "found"),
    [
        (Flag("--health-interval", "1m30s"), ("health.interval", "1m30s")),
        (Flag("--stop-timeout", "5"), ("stop_timeout", "5s")),
        (Flag("--memory", "1.5g"), ("memory", "1.5GiB")),
        (Flag("--memory", "1000"), ("memory", "1000B")),
        (Flag("--no-healthcheck", True), ("health.disable", True)),
        (Flag("--ulimit", "nofile=5"), ("ulimits", {"nofile": {"soft": 5, "hard": 5}})),
        (Flag("--ip", "10.0.0.1"), None),
    ],
)
def test_what_a_flag_says(flag: Flag, found: object) -> None:
    assert plain(flag) == found


@pytest.mark.parametrize("flag", [Flag("--memory", "lots"), Flag("--cpus", "x"), Flag("--ulimit", "nofile")])
def test_a_value_that_is_none_is_an_error(flag: Flag) -> None:
    with pytest.raises(ValueError, match=r"."):
        plain(flag)


def test_a_mount_has_known_parts() -> None:
    assert mount("src=a,dst=/b,ro=false") == {"type": "volume", "name": "a", "target": "/b", "read_only": False}
    with pytest.raises(ValueError, match="no part of a mount"):
        mount("what=x")
