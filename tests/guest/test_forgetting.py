"""A guest forgets for a moment, and is told when it may remember; real ones: providers/qemu/test_layers.py."""

from __future__ import annotations

import subprocess
from typing import Any

import pytest

from serai.guest import forgetting
from serai.guest.forgetting import Traces, forgotten, script
from serai.guest.pipe import PipeTransport
from serai.util.errors import SeraiError


class Pretend(PipeTransport):
    """A guest that is a script of this host."""

    def __init__(self, text: str) -> None:
        super().__init__("web", "root")
        self.text = text

    def argv(self, command: str | None = None, *, tty: bool = False) -> list[str]:
        return ["sh", "-c", self.text]

    def words(self, script: str) -> list[str]:
        return self.argv()

    def broken(self, code: int, stderr: str) -> SeraiError | None:
        return None

    def close(self) -> None:
        return


def test_what_is_to_be_forgotten_is_said_and_the_script_is_one():
    text = script(Traces(keys=("ssh-ed25519 AAAAbody me@here",), hosts="10.0.0.7 db\n"))

    assert text.startswith("seeded=yes\nkeys=AAAAbody\nhosts='10.0.0.7 db'\n")
    assert subprocess.run(["sh", "-n"], input=text, text=True, check=False).returncode == 0
    assert script(Traces(seeded=False)).startswith("seeded=''\n")


def test_the_guest_is_told_when_it_may_remember(tmp_path):
    log = tmp_path / "log"
    guest = Pretend(f"echo 'serai: gone'; read -r x; echo back >{log}")

    with forgotten(guest, Traces(), "web"):
        assert not log.exists()

    assert log.read_text() == "back\n"


def test_it_is_told_also_when_what_was_done_meanwhile_fails(tmp_path):
    log = tmp_path / "log"
    guest = Pretend(f"echo 'serai: gone'; read -r x; echo back >{log}")

    with pytest.raises(ZeroDivisionError), forgotten(guest, Traces(), "web"):
        _ = 1 / 0

    assert log.read_text() == "back\n"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("echo no root >&2; exit 1", "web: it did not forget who it is: no root"),
        ("true", "web: it did not forget who it is: it said nothing"),
        (
            "echo 'serai: gone'; read -r x; echo full >&2; exit 1",
            "web: it did not say that it knows itself again: full",
        ),
    ],
)
def test_what_goes_wrong_is_told(text, said):
    with pytest.raises(SeraiError) as caught, forgotten(Pretend(text), Traces(), "web"):
        pass

    assert caught.value.message == said


def test_one_that_hangs_is_not_waited_for_for_ever(monkeypatch: Any):
    monkeypatch.setattr(forgetting, "BUDGET", 0.2)
    monkeypatch.setattr(forgetting, "BACK_BUDGET", 0.2)

    with pytest.raises(SeraiError), forgotten(Pretend("exec sleep 60"), Traces(), "web"):
        pass


def test_a_container_empties_what_makes_it_itself_and_has_it_back(tmp_path):
    for name, text in (
        ("etc/machine-id", "0123\n"),
        ("etc/ssh/ssh_host_rsa_key", "key\nof two lines\n"),
        ("etc/ssh/ssh_host_rsa_key.pub", "public\n"),
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    text = script(Traces(contained=True))
    for place in ("/etc/", "/var/"):
        text = text.replace(place, f"{tmp_path}{place}")
    text = text.replace("$d/serai-self", f"$d/{tmp_path.name}")

    with forgotten(Pretend(text), Traces(contained=True), "web"):
        assert (tmp_path / "etc/machine-id").read_text() == ""
        assert (tmp_path / "etc/ssh/ssh_host_rsa_key").read_text() == ""
        assert (tmp_path / "etc/ssh/ssh_host_rsa_key.pub").read_text() == "public\n"

    assert (tmp_path / "etc/machine-id").read_text() == "0123\n"
    assert (tmp_path / "etc/ssh/ssh_host_rsa_key").read_text() == "key\nof two lines\n"
