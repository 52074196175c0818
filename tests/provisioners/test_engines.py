"""Docker and podman as provisioners: against real engines, whose containers are looked at afterwards."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from provision_guest import Guest
from real_engines import IMAGE, Dockerd, Engine, PodmanService
from serai.provisioners import docker, podman
from serai.provisioners.engines import command, digest
from serai.spec.provision import File, Shell
from serai.spec.provisioners.engines import Docker, EngineBuild, EngineRun, EngineStep, Podman
from serai.util.errors import SeraiError

DOCKERFILE = 'FROM scratch\nCOPY busybox /bin/sh\nCOPY word /word\nCMD ["/bin/sh", "-c", "cat /word"]\n'


class Engined(Guest):
    """A guest with an engine: its program, led to an engine of the tests' own."""

    def __init__(self, place: Path, engine: Engine) -> None:
        super().__init__(place)
        self.engine = engine
        self.module = docker if engine.kind == "docker" else podman
        self.block = Docker if engine.kind == "docker" else Podman
        words = (
            f"docker --host {engine.host}" if engine.kind == "docker" else f"podman --remote --url {engine.host}"
        )
        self.program(engine.kind, f'#!/bin/sh\nPATH=/usr/sbin:/usr/bin:/sbin:/bin\nexec {words} "$@"\n')

    def provision(self, **keys: object) -> list[str]:
        self.lines.clear()
        self.module.run(self.block(**keys), self.job())  # type: ignore[arg-type]
        return self.lines

    def runs(self, **container: object) -> list[str]:
        container = {"image": IMAGE, "cmd": "sleep 600", "restart": "", "args": "--stop-timeout=1", **container}
        return self.provision(run={"app": EngineRun(**container)})  # type: ignore[arg-type]

    def ids(self) -> dict[str, str]:
        return {each["Names"][0].lstrip("/"): each["Id"] for each in self.engine.client().containers(all=True)}


@pytest.fixture(params=["dockerd", "podman"])
def guest(request: pytest.FixtureRequest, tmp_path: Path, need: Callable[..., None]) -> Iterator[Engined]:
    need({"dockerd": "docker", "podman": "podman"}[request.param])
    engine: Dockerd | PodmanService = request.getfixturevalue(request.param)
    yield Engined(tmp_path / "guest", engine)


@pytest.mark.engine
@pytest.mark.root
def test_a_container_runs_stays_and_is_replaced_when_it_is_another(guest: Engined) -> None:
    (line,) = guest.runs()
    assert line.startswith("app: started as ")
    first = guest.ids()["app"]

    assert guest.runs() == ["app: runs as it should"]
    assert guest.ids() == {"app": first}

    lines = guest.runs(args="--stop-timeout=1 -e WHO=me")
    assert lines[0] == "app: replacing it, for its arguments or its image are others"
    assert guest.ids()["app"] != first


@pytest.mark.engine
@pytest.mark.root
def test_a_container_that_has_ended_is_started_again(guest: Engined) -> None:
    guest.runs()
    first = guest.ids()["app"]
    guest.engine.client().kill(first)

    assert guest.runs() == ["app: starting it again"]
    assert guest.ids() == {"app": first}
    assert guest.engine.client().inspect_container(first)["State"]["Running"]


@pytest.mark.engine
@pytest.mark.root
def test_a_container_of_somebody_else_is_left_alone(guest: Engined) -> None:
    client = guest.engine.client()
    theirs = client.create_container(IMAGE, ["sleep", "600"], name="app")["Id"]
    with pytest.raises(SeraiError) as failed:
        guest.runs()

    assert failed.value.details[-1].startswith("serai: a container app is there already")
    assert guest.ids() == {"app": theirs}


@pytest.mark.engine
@pytest.mark.root
def test_an_image_is_built_in_the_guest_and_run_and_a_new_one_takes_its_place(guest: Engined) -> None:
    place = guest.place / "image"
    place.mkdir()
    shutil.copy(str(shutil.which("busybox")), place / "busybox")
    (place / "word").write_text("one\n")
    (place / "Dockerfile").write_text(DOCKERFILE.replace('"cat /word"', '"cat </word; sleep 600"'))
    build = [EngineBuild(path=str(place), args="-t inn-app:1")]
    run = {"app": EngineRun(image="inn-app:1", restart="", args="--stop-timeout=1")}
    guest.provision(build_image=build, run=run)
    first = guest.ids()["app"]

    guest.provision(build_image=build, run=run)
    assert guest.ids() == {"app": first}

    (place / "word").write_text("two\n")
    lines = guest.provision(build_image=build, run=run)
    assert "app: replacing it, for its arguments or its image are others" in lines
    guest.engine.client().remove_container(guest.ids()["app"], force=True)


@pytest.mark.engine
@pytest.mark.root
def test_one_in_the_foreground_says_what_it_says_and_fails_as_it_fails(guest: Engined) -> None:
    assert "hello" in guest.runs(cmd="echo hello", daemonize=False)
    with pytest.raises(SeraiError) as failed:
        guest.runs(cmd="sh -c 'echo oh; exit 3'", daemonize=False)

    assert failed.value.message == "web: provision block-1: running app ended with exit code 3"
    assert "oh" in failed.value.details


@pytest.mark.engine
@pytest.mark.root
def test_an_image_that_cannot_be_pulled_is_used_when_it_is_there(guest: Engined) -> None:
    guest.engine.client().tag(IMAGE, "localhost:1/small", "1")
    lines = guest.provision(images=["localhost:1/small:1"])

    assert lines[-1] == "localhost:1/small:1 could not be pulled; the one that is there is used"
    guest.engine.client().remove_image("localhost:1/small:1")


@pytest.mark.engine
@pytest.mark.root
def test_other_blocks_run_between_the_engine_and_its_images(guest: Engined) -> None:
    (guest.root / "word").write_text("between\n")
    copied = EngineStep(file=File(source="word", destination=f"{guest.place}/there"))
    shown = EngineStep(shell=Shell(inline=f"cat {guest.place}/there"))
    with pytest.raises(SeraiError):
        guest.provision(post_install_provision=[copied, shown], images=["localhost:1/absent:1"])

    assert guest.lines[1] == "between"


def test_the_line_says_all_and_its_words_are_safe() -> None:
    container = EngineRun(image="nginx", args="-p 80:80", cmd="nginx -g 'daemon off;'")

    assert command("docker", "the web", container) == (
        f"docker run -d --restart=always --name 'the web' --label 'serai.run=the web' "
        f"--label serai.digest={digest(container)} -p 80:80 nginx nginx -g 'daemon off;'"
    )


def test_a_container_that_names_itself_is_found_by_its_label() -> None:
    container = EngineRun(auto_assign_name=False, args="--name own", restart="on-failure")

    assert command("podman", "web", container).startswith(
        "podman run -d --restart=on-failure --label serai.run=web"
    )


def test_another_argument_is_another_container() -> None:
    assert digest(EngineRun(args="-e A=1")) != digest(EngineRun(args="-e A=2"))
    assert digest(EngineRun()) == digest(EngineRun())


@pytest.mark.parametrize(
    "container", [EngineRun(cmd="bash -l\n"), EngineRun(args="-p 80:80\n"), EngineRun(cmd="echo a # one of two")]
)
@pytest.mark.parametrize("daemonize", [True, False])
def test_a_line_may_end_as_a_block_or_with_a_comment(
    container: EngineRun, daemonize: bool, tmp_path: Path
) -> None:
    guest = Guest(tmp_path / "guest")
    guest.stand_in("docker", 'case "$1" in run) exit 0 ;; ps) ;; *) echo id ;; esac')
    docker.run(Docker(run={"web": replace(container, daemonize=daemonize)}), guest.job())

    (ran,) = [line for line in guest.called() if line.startswith("docker run ")]
    words = [container.args and container.args.strip(), "web", (container.cmd or "").partition("#")[0].strip()]
    assert ran.endswith(" ".join(word for word in words if word))


def test_arguments_of_a_build_may_end_with_a_line(tmp_path: Path) -> None:
    guest = Guest(tmp_path / "guest")
    guest.stand_in("docker")
    docker.run(Docker(build_image=[EngineBuild(path="/srv/app", args="-t app\n")]), guest.job())

    assert "docker build -t app /srv/app" in guest.called()
