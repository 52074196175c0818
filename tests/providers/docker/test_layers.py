"""Layers of containers, by commits of a real dockerd and podman: shared, themselves, pruned, without secrets."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest

from dockerd import Dockerd
from person import Serai
from real_engines import Engine
from serai.images import layers as store
from serai.images.layers import Layer
from serai.providers.docker import layers
from serai.spec.machine import Machine


@pytest.fixture(autouse=True)
def _with_layers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SERAI_LAYERS", "on")


def machine(**box: Any) -> Machine:
    more = {key: box.pop(key) for key in ("providers",) if key in box}
    return msgspec.convert(
        {"name": "web", "provider": "docker", "image": "a:1", "container": box, **more}, Machine
    )


@pytest.mark.parametrize(
    ("box", "why"),
    [
        ({"build": {"context": "."}}, "container.build: what it comes to"),
        ({"pull": "always"}, "container.pull: always: which image"),
        ({"read_only": True}, "container.read_only: "),
        ({"job": True}, "container.job: "),
        ({"volumes_from": ["db"]}, "container.volumes_from: "),
        ({"volumes": [{"source": "data", "target": "/data"}]}, "container.volumes: what is written to /data"),
        (
            {"providers": {"docker": {"options": {"HostConfig": {"Binds": ["/srv:/srv"]}}}}},
            "providers.docker.options.HostConfig.Binds: ",
        ),
    ],
)
def test_what_has_no_layers_says_why(box, why):
    assert layers._why_not(machine(**box)).startswith(why)


def test_what_is_only_read_or_in_memory_is_no_hindrance():
    volumes = [{"source": "./conf", "target": "/conf", "read_only": True}, {"target": "/tmp", "type": "tmpfs"}]

    assert layers._why_not(machine(volumes=volumes)) == ""


SHOP = """
project: {project}
defaults: {{provider: {provider}, image: "small:1"}}
machines:
  {name}:
    container: {{cmd: sleep 1000, stop_timeout: 0, env: {{GREETING: hello}}}}
    provision:
      - {{name: one, shell: "echo one >>/etc/ran; f=/etc/machine; echo 0123456789 >$f-id"}}
      - {{name: two, shell: "echo two >>/etc/ran; echo $GREETING >>/etc/ran"}}
      - {{name: three, shell: "echo {three} >>/etc/ran"}}
"""


@pytest.fixture(params=["docker", "podman"])
def engine(request: pytest.FixtureRequest) -> Engine:
    found: Engine = request.getfixturevalue({"docker": "dockerd", "podman": "podman"}[request.param])
    return found


def write(serai: Serai, engine: Engine, **more: str) -> None:
    told = {"project": "shop", "name": "web", "three": "three", "provider": engine.kind}
    serai.file(SHOP.format(**{**told, **more}))


def ran(serai: Serai, name: str) -> str:
    return str(serai("exec", name, "--", "cat /etc/ran").stdout)


def tags(engine: Engine) -> list[str]:
    found = [tag for image in engine.client().images() for tag in image["RepoTags"] or ()]
    return sorted(tag.removeprefix("localhost/").removeprefix("docker.io/library/") for tag in found)


@pytest.mark.engine
@pytest.mark.root
@pytest.mark.timeout(300)
def test_containers_from_layers_go_on_from_where_it_differs(
    serai: Serai, engine: Engine, tmp_path: Path, home: Path
) -> None:
    write(serai, engine)
    serai("up")
    assert ran(serai, "web") == "one\ntwo\nhello\nthree\n"
    own = serai("exec", "web", "--", "cat /etc/machine-id").stdout
    assert own == "0123456789\n"
    kept = store.all_of_them()
    assert [len(each.blocks) for each in kept] == [1, 2, 3]
    assert [row["provider"] for row in serai.json("image", "layers")["layers"]] == [engine.kind] * 3
    for each in kept:
        image = engine.client().inspect_image(each.native["image"])
        assert "GREETING=hello" not in image["Config"]["Env"]
        assert not [key for key, value in image["Config"]["Labels"].items() if "shop" in value]

    inn = Serai(tmp_path / "inn")
    write(inn, engine, project="inn", name="db", three="drei")
    assert inn.json("plan", code=2)["machines"]["db"]["layer"]["blocks"] == ["one", "two"]
    said = inn("up").stderr
    assert "db  from a layer with 2 of 3 blocks" in said
    assert "provisioning two" not in said
    assert ran(inn, "db") == "one\ntwo\nhello\ndrei\n"
    fresh = inn("exec", "db", "--", "cat /etc/machine-id; echo $GREETING").stdout.split()
    assert len(fresh[0]) == 32
    assert fresh[0] != own.strip()
    assert fresh[1] == "hello"
    assert inn("up").stderr.rstrip().endswith("plan: nothing to do")
    assert [each.parent for each in store.all_of_them()[3:]] == [kept[1].id]

    # What containers stand on stays; what is of the project alone goes with neither machine.
    serai("destroy", "-y")
    assert len(tags(engine)) == 5
    serai("image", "prune", "--all")
    assert store.names() == [kept[1].id]
    inn("destroy", "-y")
    assert serai.json("image", "prune", "--all")["layers"] == [kept[1].id]
    assert tags(engine) == ["small:1"]
    assert store.names() == []


@pytest.mark.engine
@pytest.mark.root
@pytest.mark.timeout(300)
def test_an_image_that_is_gone_and_a_key_that_was_killed_cost_nothing_but_the_blocks(
    serai: Serai, dockerd: Dockerd, home: Path
) -> None:
    write(serai, dockerd)
    serai("up")
    serai("destroy", "-y")
    first, second, third = store.all_of_them()
    dockerd.client().remove_image(third.native["tag"])
    (store.place(second.id) / store.FILE).unlink()

    # The third is gone, of the second there is an image without a record, as a kill leaves it.
    assert serai.json("plan", code=2)["machines"]["web"]["layer"]["id"] == first.id
    serai("up")
    assert ran(serai, "web") == "one\ntwo\nhello\nthree\n"
    assert len(tags(dockerd)) == 4
    assert second.native["tag"] not in tags(dockerd)

    # Without its engine nothing counts as gone, and nothing is taken away.
    dockerd.stop()
    assert serai.json("image", "prune", "--all")["layers"] == []
    dockerd.start()
    serai("destroy", "-y")
    assert len(serai.json("image", "prune", "--all")["layers"]) == 4


def test_a_layer_of_an_engine_that_is_not_there_starts_nothing(home: Path, tmp_path: Path) -> None:
    native = {"engine": f'{{"host":"unix://{tmp_path}/no.sock","source":"DOCKER_HOST"}}', "image": "sha256:1"}
    with store.making("k1") as folder:
        made = store.publish(
            folder,
            Layer(
                id="",
                key="k1",
                provider="docker",
                image="a:1",
                image_digest="",
                blocks=("shell one",),
                at=0.0,
                native={**native, "tag": "serai/layer:k1-0"},
                bytes=4096,
            ),
        )

    assert store.find("k1") is None
    assert store.in_use() == {made.id}
    assert store.size(made.id) >= 4096
    assert store.prune(everything=True) == []
