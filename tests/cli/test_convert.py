"""convert and config --from, at the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from serai.cli.main import run
from serai.loaders.yaml import load

RUBY = """
Vagrant.configure("2") do |config|
  config.vm.box = "a/b"
  config.vm.guest = "debian"
  config.vm.synced_folder ".", "/vagrant", disabled: true
  config.vm.define("web") { |web| web.vm.hostname = "web.test" }
  config.vm.define "db"
end
"""


@pytest.fixture(autouse=True)
def here(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "Vagrantfile").write_text(RUBY)
    return tmp_path


def test_a_serai_yaml_is_written_with_comments(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["convert", "--provider", "qemu"]) == 0

    text = (here / "serai.yaml").read_text()
    assert "# Vagrantfile:6:" in text
    assert "#   Vagrantfile:4:3: vm.guest: serai asks the guest itself" in text
    assert load(here / "serai.yaml").machines["web"].hostname == "web.test"
    assert "serai.yaml is written: 2 machines, " in capsys.readouterr().out


def test_a_file_that_is_there_stays(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "serai.yaml").write_text("mine")
    assert run(["convert"]) == 4
    assert "serai.yaml is there already" in capsys.readouterr().err
    assert run(["convert", "-f"]) == 0
    assert (here / "serai.yaml").read_text() != "mine"


def test_it_is_printed_on_request(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["convert", "Vagrantfile", "-o", "-"]) == 0
    assert capsys.readouterr().out.startswith("# Made from Vagrantfile")
    assert not (here / "serai.yaml").exists()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["convert", "gone"], "there is no Vagrantfile and no Compose file gone"),
        (["convert", "-o", "no/where.yaml"], "there is no directory"),
        (["convert", "notes.yaml"], "notes.yaml is no Vagrantfile"),
    ],
)
def test_what_cannot_be_done_is_said(
    here: Path, words: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (here / "notes.yaml").write_text("a: b")
    assert run(words) == 3
    assert said in capsys.readouterr().err


def test_the_spec_is_on_stdout_and_the_report_on_stderr(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["config", "--from", "Vagrantfile", "--provider", "qemu", "--json"]) == 0

    printed = capsys.readouterr()
    assert list(json.loads(printed.out)["machines"]) == ["web", "db"]
    assert "web: vm.hostname -> hostname" in printed.err
    assert "db: vm.guest no effect here, because serai asks the guest itself" in printed.err


def test_one_machine_alone_can_be_reported(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["config", "--from", "Vagrantfile", "db"]) == 0
    assert ": web: " not in capsys.readouterr().err


def test_a_directory_with_a_vagrantfile_is_a_project(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["validate"]) == 0
    assert capsys.readouterr().out == "Vagrantfile: 2 machines, no errors\n"
    assert run(["--file", "Vagrantfile", "config"]) == 0
    assert run(["status"]) == 0
    assert "web" in capsys.readouterr().out


LOOP = """
Vagrant.configure("2") do |config|
  config.vm.box = "a/b"
  config.vm.synced_folder ".", "/vagrant", disabled: true
  [{ name: "web", port: 8081 }, { name: "db", port: 8082 }].each do |m|
    config.vm.define m[:name], primary: m[:name] == "web", autostart: m[:name] != "db" do |node|
      node.vm.network "forwarded_port", guest: 80, host: m[:port]
      node.vm.provision "shell", inline: "echo #{m[:name]}"
      node.vm.provision "cook", type: "chef_solo", run: "never"
    end
  end
end
"""


def states(capsys: pytest.CaptureFixture[str]) -> dict[str, str]:
    capsys.readouterr()
    assert run(["status", "--json"]) == 0
    return {name: each["state"] for name, each in json.loads(capsys.readouterr().out)["machines"].items()}


def test_machines_of_a_loop_live_and_end(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The guide's list of hashes, with Vagrant's own verbs (VAG-12)."""
    (here / "Vagrantfile").write_text(LOOP)

    assert run(["up", "--provider", "fake"]) == 0
    assert states(capsys) == {"web": "ready", "db": "absent"}
    assert run(["up", "db", "--provider", "fake"]) == 0
    assert run(["halt"]) == 0
    assert states(capsys) == {"web": "stopped", "db": "stopped"}
    assert run(["destroy", "-y"]) == 0
    assert states(capsys) == {"web": "absent", "db": "absent"}


def test_a_provisioner_that_is_not_here_is_refused_when_it_is_asked_for(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (here / "Vagrantfile").write_text(LOOP.replace("chef_solo", "goss"))
    assert run(["up", "--provider", "fake"]) == 0
    capsys.readouterr()

    assert run(["provision", "web", "--provision-with", "cook"]) == 4
    assert "web: provision cook: this version cannot run the provisioner goss" in capsys.readouterr().err


def test_a_provider_that_is_not_here_is_refused_at_the_files_place(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["up", "--provider", "aws"]) == 3
    assert "Vagrantfile:3:3: machines.web.provider: no provider is called 'aws'" in capsys.readouterr().err


def test_a_real_ruby_gives_the_same_project_and_what_it_prints(need_sandbox, here, capsys):
    assert run(["config", "--from", "Vagrantfile"]) == 0
    evaluated = capsys.readouterr()
    (here / "Vagrantfile").write_text(RUBY.removesuffix("end\n") + '  puts "from ruby\\nsaid"\nend\n')

    assert run(["--ruby", "config", "--from", "Vagrantfile"]) == 0
    by_ruby = capsys.readouterr()
    assert by_ruby.out == evaluated.out
    assert "note  from ruby\nnote  said\nVagrantfile" in by_ruby.err


def test_without_a_sandbox_and_without_a_person_the_file_is_not_run(need, here, capsys, monkeypatch):
    need("ruby")
    monkeypatch.setattr("serai.loaders.vagrantfile.byruby.sandbox.sandbox", lambda *words: None)

    assert run(["--ruby", "validate"]) == 4
    assert "without a sandbox" in capsys.readouterr().err
    monkeypatch.setenv("SERAI_RUBY", "unsandboxed")
    assert run(["validate"]) == 0


def test_what_the_reading_had_to_say_is_told_before_what_it_led_to(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (here / "Vagrantfile").write_text(
        'Vagrant.configure("2") do |config|\n  config.vm.box = "a/b"\n'
        "  config.vm.provider(:libvirt) { |libvirt| libvirt.cpus = `nproc`.to_i }\nend\n"
    )

    assert run(["convert", "-o", "-"]) != 0
    said = capsys.readouterr().err
    assert "--with 'nproc=…' says what it prints" in said
    assert said.index("`nproc` is not run") < said.index("machines.default.cpu.count: 0 is out of range")


COMPOSE = "services:\n  web: {image: nginx, ports: ['127.0.0.1:8080:80'], isolation: default, user: $LOST}\n"


@pytest.fixture
def composed(here: Path) -> Path:
    (here / "Vagrantfile").unlink()
    (here / "compose.yaml").write_text(COMPOSE)
    return here


def test_a_compose_file_is_written_as_a_serai_yaml(composed: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["convert"]) == 0

    text = (composed / "serai.yaml").read_text()
    assert text.startswith("# Made from compose.yaml: ")
    assert "# compose.yaml:2:16: image\n    image: nginx\n" in text
    assert "#   compose.yaml:2:64: isolation: it is for Windows" in text
    assert load(composed / "serai.yaml").machines["web"].image == "nginx"


def test_a_compose_file_is_reported(composed: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["config", "--from", "compose.yaml", "--json"]) == 0

    printed = capsys.readouterr()
    assert json.loads(printed.out)["machines"]["web"]["provider"] == "docker"
    assert "the variable LOST is not set, it counts as empty" in printed.err
    assert "web: image -> image" in printed.err
    assert "web: isolation no effect here, because it is for Windows" in printed.err
