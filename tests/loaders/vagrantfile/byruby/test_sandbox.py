"""In the sandbox there is the project, read-only, and nothing of the host; without one, somebody must want it."""

from __future__ import annotations

import os
import socket
import threading
from pathlib import Path

import pytest

from serai.loaders.access import SANDBOXED, UNSANDBOXED, Access
from serai.loaders.vagrantfile.byruby import sandbox
from serai.util.errors import Code, SeraiError

START = 'Vagrant.configure("2") {}\n'


@pytest.fixture
def told(by_ruby):
    """What a file prints."""

    def running(text: str, **options) -> str:
        said: list[str] = []
        by_ruby(text + "\n" + START, say=said.append, **options)
        return "".join(said).strip()

    return running


def tried(*acts: str) -> str:
    return "\n".join(f"begin; {act}; puts 'done'; rescue SystemCallError; puts 'no'; end" for act in acts)


def test_nothing_is_written_outside(told, project, tmp_path):
    outside = tmp_path / "outside"
    outside.write_text("as it was")
    inside = project / "file"
    inside.write_text("as it was")
    said = told(
        tried(
            f'File.write("{inside}", "x")',
            f'File.delete("{inside}")',
            'Dir.mkdir("new")',
            'File.write("/etc/hosts", "x")',
            'File.write("/new", "x")',
            'File.write("/dev/new", "x")',
        )
        + f'\nsystem("rm -rf {project} {tmp_path} 2>/dev/null")\n`touch {tmp_path}/touched`'
        + f'\nFile.write("{outside}", "x")\nFile.write("/tmp/own", "x")'
    )

    assert said.split() == ["no"] * 6
    assert sorted(path.name for path in tmp_path.iterdir()) == ["outside", "project"]
    assert (outside.read_text(), inside.read_text()) == ("as it was", "as it was")
    assert not Path("/tmp/own").exists()


def test_nothing_answers_on_the_network(told):
    heard = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        server.settimeout(0.2)
        acts = (f"Net::HTTP.get(URI(%q(http://127.0.0.1:{port}/)))", "TCPSocket.new(%q(1.1.1.1), 53)")
        said = told(f'require "net/http"\n{tried(*acts)}')
        thread = threading.Thread(target=lambda: heard.extend(_accepted(server)))
        thread.start()
        thread.join()

    assert said.split() == ["no", "no"]
    assert heard == []


def _accepted(server):
    try:
        return [server.accept()]
    except TimeoutError:
        return []


PRIVATE = ("/run/*", "/home/*", "/root/*", "/etc/shadow", "/etc/ssh/*", "/var/lib/*", "/proc/1/root/root")


def test_sockets_and_files_of_people_are_not_there(told, tmp_path, monkeypatch):
    (tmp_path / "secret").write_text("secret")
    monkeypatch.chdir(tmp_path)  # a socket's name is short
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind("sock")
        said = told(
            f"puts Dir[{', '.join(map(repr, PRIVATE))}].inspect\n"
            + tried(f'File.read("{tmp_path}/secret")')
            + f'\nputs File.exist?("{tmp_path}/sock")'
        )

    assert said.split() == ["[]", "no", "false"]


def test_allow_read_shows_a_directory_and_no_more(told, tmp_path):
    (tmp_path / "allowed").mkdir()
    (tmp_path / "allowed" / "file").write_text("to read")
    access = Access(paths=(tmp_path / "allowed",), ruby=SANDBOXED)
    path = tmp_path / "allowed" / "file"

    assert (
        told(f'puts File.read("{path}")\n' + tried(f'File.write("{path}", "x")'), access=access) == "to read\nno"
    )


def test_the_file_has_no_rights_of_its_own(told):
    said = told('puts File.read("/proc/self/status").scan(/^(?:CapEff|NoNewPrivs):\\s*(\\w+)/)')

    assert said.split() == ["0000000000000000", "1"]


def test_no_ruby_is_told(tmp_path):
    with pytest.raises(SeraiError) as failed:
        sandbox.interpreter({"PATH": str(tmp_path)})

    assert failed.value.code is Code.MISSING
    assert "apt install ruby" in failed.value.hint


def test_where_there_is_no_sandbox_nothing_is_run_unasked(by_ruby, project, tmp_path, monkeypatch):
    monkeypatch.setattr(sandbox, "sandbox", lambda *words: None)
    text = f'File.write("{tmp_path}/ran", "x")\n{START}'
    asked: list[str] = []

    def answer(said: bool):
        return Access(ruby=SANDBOXED, ask=lambda question: asked.append(question) or said)

    for access in (Access(ruby=SANDBOXED), answer(False)):
        with pytest.raises(SeraiError) as failed:
            by_ruby(text, access=access)
        assert failed.value.code is Code.REFUSED
        assert "SERAI_RUBY=unsandboxed" in failed.value.hint
    assert not (tmp_path / "ran").exists()

    by_ruby(text, access=answer(True))
    assert (tmp_path / "ran").exists()
    assert all(str(project / "Vagrantfile") in question for question in asked)


def test_a_word_runs_it_unsandboxed(by_ruby, tmp_path, monkeypatch):
    monkeypatch.setattr(sandbox, "sandbox", lambda *words: None)
    by_ruby(f'File.write("{tmp_path}/ran", "x")\n{START}', access=Access(ruby=UNSANDBOXED))

    assert (tmp_path / "ran").exists()


def test_a_kernel_that_forbids_it_is_found_out(need, tmp_path):
    need("bwrap")
    stand_in = tmp_path / "bwrap"
    stand_in.write_text("#!/bin/sh\nexit 1\n")
    stand_in.chmod(0o755)

    assert sandbox.sandbox(tmp_path, tmp_path, [], {"PATH": str(tmp_path)}) is None
    assert sandbox.sandbox(tmp_path, tmp_path, [], {"PATH": "/nonexistent"}) is None
    assert sandbox.sandbox(Path("/"), Path("/"), [], os.environ) is None


def test_an_older_bubblewrap_is_asked_for_no_size(tmp_path):
    stand_in = tmp_path / "bwrap"
    stand_in.write_text('#!/bin/sh\ncase "$*" in *--size*) exit 1 ;; esac\n')
    stand_in.chmod(0o755)

    words = sandbox.sandbox(tmp_path, tmp_path, [], {"PATH": str(tmp_path)})
    assert words is not None
    assert "--size" not in words


def test_mounts_begin_at_the_top():
    words = sandbox.in_bubblewrap("bwrap", Path("/tmp/a/b"), Path("/tmp/a/b"), ["/srv/x"])

    assert words.index("/tmp") < words.index("/tmp/a/b")
    assert "--unshare-all" in words
    assert words[-2:] == ["--chdir", "/tmp/a/b"]


def test_a_ruby_in_somebodys_home_brings_its_own_directories(tmp_path):
    ruby = tmp_path / "ruby"
    ruby.write_text(f"#!/bin/sh\necho {tmp_path}/real; echo {tmp_path}; echo /no/such/gems\n")
    ruby.chmod(0o755)

    assert sandbox.own_places(str(ruby)) == (f"{tmp_path}/real", [str(tmp_path)])


def test_what_makes_ruby_run_other_code_is_left_out_of_env():
    assert sandbox.environment({"RUBYOPT": "-rx", "A": "b", "PATH": "/bin"}) == {"A": "b", "PATH": "/bin"}
