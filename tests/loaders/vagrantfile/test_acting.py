"""A trigger's block of Ruby: evaluated at its moment, with hands that note what is asked of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from serai.loaders.access import NONE
from serai.loaders.vagrantfile.acting import act
from serai.util.errors import Code, SeraiError

FILE = """
Vagrant.configure("2") do |config|
  puts "read again"
  listed = `ls`
  config.vm.box = "a/b"
  config.vm.hostname = "inn"
  %s
  config.trigger.after :up do |trigger|
    trigger.ruby do |env, machine|
      %s
    end
  end
end
"""


class Hands:
    """Notes what it does; the guest says what it is told to say."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.said: list[str] = []
        self.done: list[Any] = []
        self.guest_says = (0, "", "")
        self.is_in = "running"

    def say(self, line: str) -> None:
        self.said.append(line)

    def host(self, command: str) -> tuple[int, str]:
        self.done.append(command)
        return (3 if "false" in command else 0), f"said by {command}\n"

    def guest(self, command: str, *, root: bool) -> tuple[int, str, str]:
        self.done.append((command, root))
        return self.guest_says

    def reached(self) -> bool:
        return True

    def upload(self, source: str, destination: str) -> None:
        self.done.append(("up", source, destination))

    def download(self, source: str, destination: str) -> None:
        self.done.append(("down", source, destination))

    def state(self) -> str:
        return self.is_in

    def ident(self) -> str:
        return "shop/web"

    def address(self) -> tuple[str, int, str, list[str]] | None:
        return "127.0.0.1", 2222, "vagrant", ["/key"]


@pytest.fixture
def hands(tmp_path: Path) -> Hands:
    return Hands(tmp_path)


def run(hands: Hands, body: str, machine: str = "default", machines: str = "") -> None:
    path = hands.root / "Vagrantfile"
    path.write_text(FILE % (machines, body))
    act(path, "Vagrantfile:8:18", machine, hands, environ={"HOME": "/home/ann"}, access=NONE)


def test_what_it_prints_is_told_and_what_the_file_prints_is_not(hands: Hands) -> None:
    run(hands, 'puts "#{machine.name} is #{machine.state.id}"; machine.ui.info "and up"; env.ui.warn "so"')
    assert hands.said == ["default is running", "and up", "so"]


@pytest.mark.parametrize(
    ("asked", "answer"),
    [
        ("machine.provider_name", "libvirt"),
        ("machine.id", "shop/web"),
        ("machine.config.vm.hostname", "inn"),
        ("machine.ssh_info[:port]", "2222"),
        ("machine.env.machine_names.inspect", "[:default]"),
        ("env.root_path.join('a')", "{root}/a"),
        ("env.home_path", "/home/ann/.vagrant.d"),
        ("machine.communicate.ready?", "true"),
        ("machine.communicate.test('x')", "true"),
        ("machine.state.short_description", "running"),
    ],
)
def test_env_and_machine_answer(hands: Hands, asked: str, answer: str) -> None:
    run(hands, f"puts {asked}")
    assert hands.said == [answer.format(root=hands.root)]


def test_commands_of_the_host_really_run_in_the_block_and_nowhere_else(hands: Hands) -> None:
    run(hands, 'system("make it"); got = `date`; puts got.upcase; puts $?.success?')
    assert hands.done == ["make it", "date"]
    assert hands.said == ["said by make it", "SAID BY DATE", "true"]


def test_one_that_fails_tells_its_exit_code(hands: Hands) -> None:
    run(hands, 'puts system("false").inspect; puts $?.exitstatus')
    assert hands.said == ["said by false", "false", "3"]


def test_the_guest_is_asked_and_its_words_come_to_the_block(hands: Hands) -> None:
    hands.guest_says = (0, "hello\n", "")
    run(hands, 'machine.communicate.sudo("id") { |kind, data| puts "#{kind}: #{data}" }')
    assert hands.done == [("id", True)] and hands.said == ["stdout: hello"]
    run(hands, 'machine.communicate.upload("a", "/b"); machine.communicate.download("/c", "d")')
    assert hands.done[1:] == [("up", "a", "/b"), ("down", "/c", "d")]


def test_a_command_of_the_guest_that_fails_ends_the_block_where_it_does_not_expect_it(hands: Hands) -> None:
    hands.guest_says = (4, "", "no such thing")
    run(hands, 'puts machine.communicate.test("x"); puts machine.communicate.execute("x", error_check: false)')
    assert hands.said == ["false", "4"]
    with pytest.raises(SeraiError, match="`x` ended with exit code 4") as failed:
        run(hands, 'machine.communicate.execute("x")')
    assert failed.value.where is not None and failed.value.where.line == 10
    assert "no such thing" in failed.value.details


def test_a_machine_that_is_not_there_is_not_created(hands: Hands) -> None:
    hands.is_in = ""
    run(hands, "puts machine.state.id")
    assert hands.said == ["not_created"]


def test_each_machine_is_told_of_itself(hands: Hands) -> None:
    both = 'config.vm.define "web"; config.vm.define("db") { |db| db.vm.hostname = "store" }'
    run(hands, 'puts "#{machine.name} #{machine.config.vm.hostname}"', "db", both)
    run(hands, "puts machine.inspect", "", both)
    assert hands.said == ["db store", "nil"]


@pytest.mark.parametrize(
    ("body", "code", "said"),
    [
        ("machine.provider", Code.INPUT, "`provider' of Vagrant::Machine in a trigger is not supported"),
        ("raise 'enough'", Code.INPUT, "enough"),
        ("abort 'stop here'", Code.INPUT, "stop here"),
        ("File.write('x', 'y')", Code.UNSUPPORTED, "x"),
    ],
)
def test_what_it_cannot_do_fails_with_the_place(hands: Hands, body: str, code: Code, said: str) -> None:
    with pytest.raises(SeraiError, match=said) as failed:
        run(hands, body)
    assert failed.value.code is code
    assert str(failed.value.where).startswith("Vagrantfile:10")


def test_a_file_that_has_changed_meanwhile_is_told(hands: Hands) -> None:
    (hands.root / "Vagrantfile").write_text("Vagrant.configure('2') { |c| c.vm.box = 'a/b' }")
    with pytest.raises(SeraiError, match="no trigger with a block of Ruby at Vagrantfile:8:18"):
        act(hands.root / "Vagrantfile", "Vagrantfile:8:18", "default", hands, environ={}, access=NONE)
