"""A real Ruby says to the configuration what the file says, in Vagrant's order, and reads back what is there."""

from __future__ import annotations

import pytest

from serai.util.errors import Code, SeraiError


def vm(config, name="default"):
    return config.machines[name].sections["vm"]


def test_what_the_evaluator_does_not_know_is_run(by_ruby):
    config = by_ruby("""
        require "openssl"
        digest = OpenSSL::HMAC.hexdigest("SHA256", "key", "text")
        name = ObjectSpace.each_object(Class).first.then { `echo web`.strip }
        Vagrant.configure("2") { |config| config.vm.hostname = "#{name}-#{digest[0, 4]}" }
    """)

    assert vm(config)["hostname"] == "web-6afa"


def test_what_was_set_is_read_back_and_overrides_run_last(by_ruby):
    config = by_ruby("""
        Vagrant.configure("2") do |config|
          config.vm.box = "one"
          config.vm.hostname = config.vm.box + "-host"
          config.vm.define "web" do |web|
            web.vm.provider :libvirt do |libvirt, override|
              libvirt.memory = 512
              libvirt.memory *= 2
              override.vm.box = "two"
            end
          end
        end
    """)

    assert vm(config, "web")["box"] == "two"
    assert vm(config, "web")["hostname"] == "one-host"
    assert config.machines["web"].providers["libvirt"]["memory"] == 1024


def test_what_is_changed_in_place_later_counts(by_ruby):
    config = by_ruby("""
        script = +"echo one"
        facts = { "a" => [1] }
        Vagrant.configure("2") do |config|
          config.vm.provision("shell") { |shell| shell.inline = script }
          config.vm.provision("puppet") do |puppet|
            puppet.facter = facts
            puppet.facter["b"] = 2
          end
          config.vm.hostname = +"web"
          config.vm.hostname << ".local"
          script << "; echo two"
          facts["a"] << 3
        end
    """)
    shell, puppet = config.machines["default"].provisioners

    assert shell.options["inline"] == "echo one; echo two"
    assert puppet.options["facter"] == {"a": [1, 3], "b": 2}
    assert vm(config)["hostname"] == "web.local"


def test_a_block_that_is_left_early_ends_what_it_was_given_to(by_ruby):
    config = by_ruby("""
        Vagrant.configure("2") do |config|
          config.vm.provision("shell") { |shell| shell.inline = "a"; break }
          catch(:enough) do
            config.vm.provision("shell", name: "b") { |shell| shell.inline = "b"; throw :enough }
          end
          begin
            config.vm.provision("shell") { |shell| raise KeyError, "mine" }
          rescue KeyError => error
            config.vm.hostname = error.message
          end
        end
    """)

    assert vm(config)["hostname"] == "mine"


def test_a_wrong_call_is_an_error_of_ruby_that_the_file_may_rescue(by_ruby):
    config = by_ruby("""
        begin
          Vagrant.configure("7") {}
        rescue ArgumentError => error
          Vagrant.configure("2") { |config| config.vm.hostname = error.class.name }
        end
    """)

    assert vm(config)["hostname"] == "ArgumentError"


def test_changes_of_the_environment_and_what_objects_are(by_ruby):
    config = by_ruby("""
        require "pathname"
        ENV["VAGRANT_DEFAULT_PROVIDER"] = "libvirt"
        Vagrant.configure("2") do |config|
          config.vm.hostname = [config.vm.nil?, config.vm.respond_to?(:to_ary), config.vm.respond_to?(:box=)].join
          config.vm.synced_folder Pathname.new("a").join("b"), "/b"
          config.vm.network :forwarded_port, guest: 80, host: 8080 + 0.0.to_i, ports: 1..3, like: /x/i
        end
        Vagrant::UI::Colored.new.info(Vagrant::Util::Which.which("sh") ? "found" : "none")
    """)
    machine = config.machines["default"]

    assert vm(config)["hostname"] == "falsefalsetrue"
    assert machine.folders[0].options["hostpath"] == "a/b"
    assert machine.networks[0].options["ports"] == [1, 2, 3]


def test_what_it_prints_is_told_at_its_end_too(by_ruby):
    said = []
    by_ruby('puts "out"; warn "err"; at_exit { puts "end" }; Vagrant.configure("2") {}', say=said.append)

    assert "".join(said).split() == ["out", "err", "end"]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("x = 1\nfoo(", "Vagrantfile:2: syntax error, unexpected end-of-input"),
        ("\nraise 'no'", "Vagrantfile:2: no (RuntimeError)"),
        ("def f\n  raise KeyError, 'deep'\nend\n\nf", "Vagrantfile:2: deep (KeyError)"),
        ("abort 'not today'", "Vagrantfile:1: not today"),
        ("class Mine < StandardError; end\nraise Mine, 'own'", "Vagrantfile:2: own (Mine)"),
        ('Vagrant.configure("2") do |config|\n  config.vm.networks.frob\nend', "Vagrantfile:2: undefined method"),
        ('Vagrant.require_version ">= 9"', "Vagrantfile:1: this file wants Vagrant >= 9"),
        ("def f = f\nf", "Vagrantfile:1: stack level too deep (SystemStackError)"),
        ("exit!", "Vagrantfile: the real Ruby has ended by itself, with exit code 1"),
    ],
)
def test_an_error_has_its_line(by_ruby, text, line):
    with pytest.raises(SeraiError) as failed:
        by_ruby(text)

    assert failed.value.code is Code.INPUT
    assert failed.value.line().startswith(line)


def test_what_vagrant_has_loaded_is_there_without_a_require(by_ruby):
    config = by_ruby("""
        new = Gem.loaded_specs["vagrant"].version >= Gem::Version.create("2.0")
        said = "#{IPAddr.new("10.0.0.1").succ} #{new} #{Set[1].size}"
        Vagrant.configure("2") { |config| config.vm.hostname = said }
    """)

    assert vm(config)["hostname"] == "10.0.0.2 true 1"


def test_a_file_that_writes_is_told_how_it_may(by_ruby):
    with pytest.raises(SeraiError) as failed:
        by_ruby('\nDir.mkdir("new")')

    assert str(failed.value.where) == "Vagrantfile:2"
    assert "SERAI_RUBY=unsandboxed" in failed.value.hint


def test_files_of_the_project_are_loaded_and_named_in_errors(by_ruby, project):
    (project / "lib.rb").write_text("def box = 'from lib'\ndef wrong\n  raise 'in lib'\nend\n")
    start = 'require_relative "lib"\n'

    assert vm(by_ruby(start + 'Vagrant.configure("2") { |config| config.vm.box = box }'))["box"] == "from lib"
    with pytest.raises(SeraiError, match=r"lib\.rb:3: in lib"):
        by_ruby(start + "wrong")


def test_a_result_is_never_kept(by_ruby, project, home):
    from serai.loaders import cache
    from serai.loaders.access import SANDBOXED, Access

    path = project / "Vagrantfile"
    path.write_text("""
        Vagrant.configure("2") do |config|
          config.vm.box = "x"
          config.vm.hostname = "h#{rand(10**9)}"
        end
    """)
    home.mkdir(exist_ok=True)

    def hostname() -> str:
        options = {"provider": "qemu", "known_provider": lambda name: None, "raw_block": lambda name: None}
        found = cache.load(path, built_in=("qemu",), access=Access(ruby=SANDBOXED), **options)
        return str(found.machines["default"].hostname)

    assert hostname() != hostname()
