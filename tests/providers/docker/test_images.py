"""Images for containers: built, imported, pulled with a login from a registry of the tests' own."""

from __future__ import annotations

import base64
import json
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from dockerd import Dockerd, rootfs
from person import Serai
from serai.providers.docker.images import registry_of
from serai.util.errors import SeraiError

LOGIN = "Basic " + base64.b64encode(b"alice:secret").decode()


@pytest.mark.parametrize(
    ("reference", "registry"),
    [
        ("nginx", "docker.io"),
        ("acme/web:1", "docker.io"),
        ("ghcr.io/acme/web", "ghcr.io"),
        ("localhost/web", "localhost"),
        ("127.0.0.1:5000/web", "127.0.0.1:5000"),
    ],
)
def test_the_registry_is_in_the_reference(reference: str, registry: str) -> None:
    assert registry_of(reference) == registry


class Registry(BaseHTTPRequestHandler):
    """One image behind a login. Source: OCI distribution specification, pulling manifests and blobs."""

    LAYER = rootfs()
    CONFIG = json.dumps(
        {
            "architecture": "amd64",
            "os": "linux",
            "config": {"Cmd": ["sleep", "1000"]},
            "rootfs": {"type": "layers", "diff_ids": [f"sha256:{sha256(LAYER).hexdigest()}"]},
        }
    ).encode()
    TYPE = "application/vnd.docker.distribution.manifest.v2+json"
    MANIFEST = json.dumps(
        {
            "schemaVersion": 2,
            "mediaType": TYPE,
            "config": {
                "mediaType": "application/vnd.docker.container.image.v1+json",
                "size": len(CONFIG),
                "digest": f"sha256:{sha256(CONFIG).hexdigest()}",
            },
            "layers": [
                {
                    "mediaType": "application/vnd.docker.image.rootfs.diff.tar",
                    "size": len(LAYER),
                    "digest": f"sha256:{sha256(LAYER).hexdigest()}",
                }
            ],
        }
    ).encode()

    def do_GET(self) -> None:
        if self.headers.get("Authorization") != LOGIN:
            self.answer(401, b"{}", "application/json", [("WWW-Authenticate", 'Basic realm="test"')])
            return
        blobs = {f"sha256:{sha256(data).hexdigest()}": data for data in (self.LAYER, self.CONFIG, self.MANIFEST)}
        name = self.path.rpartition("/")[2]
        if "/manifests/" in self.path and name in ("1", f"sha256:{sha256(self.MANIFEST).hexdigest()}"):
            digest = f"sha256:{sha256(self.MANIFEST).hexdigest()}"
            self.answer(200, self.MANIFEST, self.TYPE, [("Docker-Content-Digest", digest)])
        elif name in blobs:
            self.answer(200, blobs[name], "application/octet-stream")
        else:
            self.answer(200 if self.path == "/v2/" else 404, b"{}", "application/json")

    do_HEAD = do_GET

    def answer(self, status: int, body: bytes, kind: str, more: list[tuple[str, str]] | None = None) -> None:
        self.send_response(status)
        for key, value in [("Content-Type", kind), ("Content-Length", str(len(body))), *(more or ())]:
            self.send_header(key, value)
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        return


@pytest.fixture
def registry() -> str:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Registry)
    Thread(target=server.serve_forever, daemon=True).start()
    return f"127.0.0.1:{server.server_port}"


@pytest.mark.engine
@pytest.mark.root
def test_an_image_is_pulled_with_the_login_of_the_engine_s_store(
    serai: Serai, dockerd: Dockerd, registry: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = f"project: shop\nmachines: {{web: {{provider: docker, image: '{registry}/shop/web:1'}}}}\n"
    serai.file(text)
    refused = serai("up", code=1).stderr
    assert "could not be pulled" in refused
    assert f"docker login {registry}" in refused

    helper = tmp_path / "bin/docker-credential-test"
    helper.parent.mkdir()
    answer = json.dumps({"ServerURL": registry, "Username": "alice", "Secret": "secret"})
    helper.write_text(f"#!/bin/sh\necho '{answer}'\n")
    helper.chmod(0o755)
    monkeypatch.setenv("PATH", str(helper.parent), prepend=":")
    config = tmp_path / "docker-config/config.json"
    config.parent.mkdir(exist_ok=True)
    config.write_text(json.dumps({"credHelpers": {registry: "test"}}))

    serai("up")

    assert serai.states() == {"web": "ready"}
    serai("destroy", "-y")
    dockerd.client().remove_image(f"{registry}/shop/web:1")


@pytest.mark.engine
@pytest.mark.root
def test_an_image_is_built_and_a_failing_step_is_shown(serai: Serai, dockerd: Dockerd) -> None:
    serai.file("""
project: shop
machines:
  web:
    provider: docker
    container:
      build: {context: app, args: {COLOUR: red}, target: done}
""")
    app = serai.root / "app"
    app.mkdir()
    stages = "FROM small:1 AS base\nARG COLOUR\nRUN echo $COLOUR >/colour\nFROM base AS done\nCMD sleep 1000\n"
    (app / "Dockerfile").write_text(stages + "FROM base\nRUN false\n")

    serai("up")

    assert serai("exec", "web", "--", "cat /colour").stdout == "red\n"
    serai("destroy", "-y")
    (app / "Dockerfile").write_text("FROM small:1\nRUN echo broken >&2; exit 3\n")
    serai.file("project: shop\nmachines: {web: {provider: docker, container: {build: app}}}\n")
    said = serai("up", code=1).stderr
    assert "the image could not be built" in said
    assert "broken" in said


@pytest.mark.engine
@pytest.mark.root
def test_a_root_filesystem_becomes_an_image(serai: Serai, dockerd: Dockerd) -> None:
    serai.file(
        "project: shop\nmachines: {web: {provider: docker, container: {rootfs: root.tar, cmd: sleep 1000}}}\n"
    )
    (serai.root / "root.tar").write_bytes(rootfs())

    serai("up")

    assert serai("exec", "web", "--", "cat /var/www/index.html").stdout == "hello\n"
    serai("destroy", "-y")
    for image in dockerd.client().images("serai/rootfs"):
        dockerd.client().remove_image(image["Id"])


@pytest.mark.engine
@pytest.mark.root
def test_an_image_that_may_not_be_pulled_is_missing(serai: Serai, dockerd: Dockerd) -> None:
    serai.file("project: shop\nmachines: {web: {provider: docker, image: 'none:1', container: {pull: never}}}\n")

    assert "the engine has no image none:1" in serai("up", code=5).stderr


def test_a_root_filesystem_that_is_not_there_is_said() -> None:
    from docker_site import SCOPE, machine
    from serai.providers.docker.images import reference

    with pytest.raises(SeraiError, match="cannot be read"):
        reference(machine(image=None, container={"rootfs": "gone.tar"}), SCOPE)
