"""When a container is ready, and what is said of one that ends: on a real dockerd."""

from __future__ import annotations

import pytest

from dockerd import Dockerd
from person import Serai

pytestmark = [pytest.mark.engine, pytest.mark.root]
WEB = "web: {{provider: docker, image: small:1, ready: {{within: 20}}, container: {}}}"
ONE = f"project: shop\nmachines: {{{{{WEB}}}}}\n"


@pytest.mark.parametrize(
    ("container", "cause", "next_command"),
    [
        ("{cmd: [sh, -c, 'echo no config >&2; exit 3']}", "its command ended with exit code 3", "serai logs web"),
        ("{cmd: 'true'}", "its command ended by itself, with exit code 0", "container.keep_alive: true"),
        ("{cmd: no-such-program}", "its command no-such-program is not in the image", "container.cmd"),
        ("{cmd: [sh, -c, 'exit 137']}", "it was ended by SIGKILL", "serai logs web"),
        ("{cmd: [sh, -c, 'exit 3'], restart: always}", "starts it again and again", "serai logs web"),
        (
            "{cmd: sleep 100, health: {test: 'echo not yet; false', interval: 0.2, retries: 2}}",
            "its health check is",
            "serai logs web",
        ),
    ],
)
def test_what_ends_or_never_is_ready_is_said_with_the_reason(
    serai: Serai, dockerd: Dockerd, container: str, cause: str, next_command: str
) -> None:
    text = ONE.replace("within: 20", "within: 2") if "health" in container else ONE
    serai.file(text.format(container))

    said = serai("up", code=1).stderr

    assert cause in said
    assert next_command in said


def test_the_last_lines_of_what_ended_are_shown(serai: Serai, dockerd: Dockerd) -> None:
    serai.file(ONE.format("{cmd: [sh, -c, 'echo one; echo no config >&2; exit 3']}"))

    assert "no config" in serai("up", code=1).stderr
    assert sorted(serai("logs", "web").stdout.splitlines()) == ["no config", "one"]  # of two streams


def test_memory_that_runs_out_is_named(serai: Serai, dockerd: Dockerd) -> None:
    eats = "x=xxxxxxxxxxxxxxxx; while :; do x=$x$x; done"
    serai.file(ONE.format(f"{{cmd: [sh, -c, '{eats}'], memory: 16MiB, memory_swap: 16MiB, health: 'true'}}"))

    assert "too much memory (its limit is 16MiB)" in serai("up", code=1).stderr


def test_an_image_whose_command_ends_is_kept_alive(serai: Serai, dockerd: Dockerd) -> None:
    serai.file(ONE.format("{keep_alive: true}"))

    serai("up")

    assert serai("exec", "web", "--", "echo here").stdout == "here\n"
    serai("halt")
    assert serai.states() == {"web": "stopped"}


def test_a_job_is_ready_when_it_has_ended_and_is_not_run_again(serai: Serai, dockerd: Dockerd) -> None:
    serai.file("""
project: shop
machines:
  migrate:
    provider: docker
    image: small:1
    container: {cmd: [sh, -c, "sleep 0.3; echo done"], job: true}
  web:
    provider: docker
    image: small:1
    after: migrate
    container: {cmd: sleep 1000}
""")
    serai("up")
    assert serai.states() == {"migrate": "ready", "web": "ready"}
    assert serai("plan").returncode == 0


def test_a_job_that_fails_holds_back_who_comes_after(serai: Serai, dockerd: Dockerd) -> None:
    serai.file("""
project: shop
machines:
  migrate: {provider: docker, image: small:1, container: {cmd: [sh, -c, "exit 4"], job: true}}
  web: {provider: docker, image: small:1, after: migrate, container: {cmd: sleep 1000}}
""")

    assert "exit code 4" in serai("up", code=1).stderr
    assert serai.states()["migrate"] == "failed"
    assert serai.states()["web"] in ("absent", "stopped")
