"""What is waited for inside the guest, run by a real shell."""

from __future__ import annotations

import json
import socket
import threading
from pathlib import Path

import pytest

from serai.guest import ready
from serai.guest.exec import ExecTransport
from serai.providers.contract import ExecEndpoint
from serai.util.errors import Code, SeraiError


class Elsewhere(ExecTransport):
    """This host, with cloud-init's directory in another place."""

    def __init__(self, folder: Path) -> None:
        super().__init__(ExecEndpoint(argv=("env",), user="root"), "web")
        self.folder = folder

    def words(self, script: str) -> list[str]:
        return super().words(script.replace("/run/cloud-init", str(self.folder)))


def status(folder: Path, stage: str) -> None:
    folder.mkdir(exist_ok=True)
    (folder / "status.json").write_text(json.dumps({"v1": {"stage": stage, "datasource": None}}, indent=1))


def wait(folder: Path, timeout: float = 10) -> list[str]:
    stages: list[str] = []
    ready.cloud_init(Elsewhere(folder), "web", timeout=timeout, on_stage=stages.append)
    return stages


def test_it_tells_the_stages_and_ends_with_cloud_init(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    status(folder, "modules-config")
    threading.Timer(0.8, status, (folder, "modules-final")).start()
    threading.Timer(
        1.6, (folder / "result.json").write_text, ('{"v1": {"datasource": "x", "errors": []}}',)
    ).start()
    assert wait(folder) == ["modules-config", "modules-final"]


def test_its_errors_are_told(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    status(folder, "")
    (folder / "result.json").write_text(json.dumps({"v1": {"errors": ["('scripts_user', boom)", "more"]}}))
    with pytest.raises(SeraiError) as failed:
        wait(folder)
    assert failed.value.message == "web: cloud-init ended with errors: ('scripts_user', boom)"
    assert failed.value.details == ("more",)


def test_an_image_without_it_is_told(tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "disabled").touch()
    with pytest.raises(SeraiError) as failed:
        wait(tmp_path / "run")
    assert failed.value.code is Code.FAILED
    assert "did not find its seed" in failed.value.message


def test_a_result_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    status(tmp_path / "run", "")
    (tmp_path / "run" / "result.json").write_text("{")
    with pytest.raises(SeraiError, match="cannot be read"):
        wait(tmp_path / "run")


def test_it_ends_with_its_budget(tmp_path: Path) -> None:
    status(tmp_path / "run", "init-local")
    with pytest.raises(SeraiError) as failed:
        wait(tmp_path / "run", timeout=0.5)
    assert failed.value.code is Code.TIMEOUT


@pytest.mark.parametrize("family", [socket.AF_INET, socket.AF_INET6])
def test_a_port_is_seen_when_it_listens_and_not_before(family: socket.AddressFamily, tmp_path: Path) -> None:
    guest = Elsewhere(tmp_path)
    with socket.socket(family) as server:
        server.bind(("::1" if family is socket.AF_INET6 else "127.0.0.1", 0))
        port = server.getsockname()[1]
        assert not ready.listens(guest, port)
        server.listen()
        assert ready.listens(guest, port)
