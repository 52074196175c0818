"""Running files: what comes in, what comes out, and that nothing but SeraiError does."""

from __future__ import annotations

import pytest

from ruby_cases import evaluated, interpreter
from serai.loaders.vagrantfile.ruby.values import Object, Str
from serai.util.errors import SeraiError


def fault_of(tmp_path, text, **options):
    with pytest.raises(SeraiError) as caught:
        evaluated(tmp_path, text, **options)
    return caught.value


UNCAUGHT = {
    'raise "boo"': "Vagrantfile:1:1: boo (RuntimeError)",
    "x = 1\n\n  raise ArgumentError, 'no box'": "Vagrantfile:3:3: no box (ArgumentError)",
    "abort 'needs a plugin'": "Vagrantfile:1:1: needs a plugin",
    "nil.upcase": "Vagrantfile:1:5: undefined method `upcase' for nil:NilClass (NoMethodError)",
    "1 + nil": "Vagrantfile:1:1: nil can't be coerced into Integer (TypeError)",
    "throw :x": "Vagrantfile:1:1: uncaught throw :x (UncaughtThrowError)",
    "raise": "Vagrantfile:1:1: an error without a message (RuntimeError)",
    "Missing": "Vagrantfile:1:1: uninitialized constant Missing (NameError)",
    "require 'no_such_gem'": "Vagrantfile:1:1: cannot load such file -- no_such_gem (LoadError)",
}


@pytest.mark.parametrize("text", UNCAUGHT)
def test_an_exception_that_nothing_rescues_is_one_error_with_its_place(tmp_path, text):
    assert fault_of(tmp_path, text).line() == UNCAUGHT[text]


def test_a_name_that_is_nearly_right_is_proposed(tmp_path):
    assert "did you mean 'upcase'?" in fault_of(tmp_path, '"x".upcas').hint
    assert "did you mean 'machines'?" in fault_of(tmp_path, "def machines = 1\nmachine()").hint
    assert "did you mean 'config'?" in fault_of(tmp_path, "[1].each { |config| confg.upcase }").hint
    assert "did you mean 'boxes'?" in fault_of(tmp_path, "boxes = 1\n[1].each { |x| boxs }").hint


REFUSED = {
    "Encoding.default_external = 'utf-16'": "another encoding than UTF-8",
    "if (1 == 1)..(2 == 2) then 1 end": "a flip-flop",
    "[1].each { redo }": "redo",
    "x = 3r": "the number 3r",
    "fork { }": "fork",
    "class Integer\n  def +(o) = 1\nend": "another + for Integer",
    "using Foo": "using",
    "x = 'a'\ndef x.y = 1": "a method of one String alone",
    "x = <<`A`\nls\nA\n": "a heredoc that is run",
    "1.instance_eval('2')": "instance_eval of a string",
    "gets": "waiting for input",
    "at_exit { puts 1 }": "at_exit, a block for the end of the run",
}


@pytest.mark.parametrize("text", REFUSED)
def test_what_is_not_supported_says_so_with_its_place_and_a_way_out(tmp_path, text):
    fault = fault_of(tmp_path, text)

    assert fault.message.startswith(REFUSED[text]) and fault.message.endswith("is not supported")
    assert fault.where is not None and fault.where.line and fault.hint


def test_what_is_refused_cannot_be_rescued_by_the_file(tmp_path):
    assert fault_of(tmp_path, "begin\n  gets\nrescue Exception\n  puts 1\nend").where.line == 2


def test_files_of_the_project_are_loaded_each_with_its_own_place(tmp_path):
    (tmp_path / "lib").mkdir()
    (tmp_path / "lib/a.rb").write_text("require_relative 'b'\nX = File.basename(__FILE__)\nlocal = 1\n")
    (tmp_path / "lib/b.rb").write_text("Y = __dir__.split('/').last\n$loaded = ($loaded || 0) + 1\n")
    text = "require_relative 'lib/a'\nrequire_relative 'lib/b'\nload 'lib/b.rb'\nrequire './lib/a'\n"

    assert evaluated(tmp_path, text + "p X, Y, $loaded, defined?(local)") == '"a.rb"\n"lib"\n2\nnil\n'


def test_an_error_in_a_loaded_file_has_its_place(tmp_path):
    (tmp_path / "other.rb").write_text("\nraise 'in other'\n")

    assert str(fault_of(tmp_path, "load 'other.rb'")).startswith("other.rb:2:1: in other")


def test_a_file_outside_is_not_loaded(tmp_path):
    assert "outside of the project" in fault_of(tmp_path, "load '/etc/passwd'").message


def test_what_require_knows_is_there_once(tmp_path):
    assert evaluated(tmp_path, "p require('yaml'), require('yaml'), require('json'), require('set')").startswith(
        "true\nfalse\n"
    )


def test_commands_are_named_and_not_run(tmp_path):
    path = tmp_path / "Vagrantfile"
    path.write_text("x = `touch ran`\np x, %x(hostname -s)\n")
    interp = interpreter(tmp_path, supplied={"hostname -s": "web1"})

    interp.run_file(path)

    assert "".join(interp.printed) == '""\n"web1"\n'
    assert [(str(notice.where), notice.text[:12]) for notice in interp.notices] == [
        ("Vagrantfile:1:5", "`touch ran` ")
    ]
    assert not (tmp_path / "ran").exists()


def test_a_file_is_found_in_the_places_that_the_file_adds(tmp_path):
    (tmp_path / "lib").mkdir()
    (tmp_path / "lib/helpers.rb").write_text("HELP = 7\n")
    text = "$:.unshift(File.expand_path('lib', __dir__), :other)\nrequire 'helpers'\np HELP"

    assert evaluated(tmp_path, text) == "7\n"


def test_what_follows_the_end_mark_is_data(tmp_path):
    assert evaluated(tmp_path, "puts DATA.read.upcase\n__END__\nnot ruby (\n") == "NOT RUBY (\n"


class Machine:
    """An object of the host: it keeps what it is told."""

    ruby_class = "Machine"

    def __init__(self):
        self.told = []

    def ruby_send(self, rt, name, args, block):
        self.told.append((name, args, str(rt.where)))
        if name == "unknown":
            raise rt.raised("NoMethodError", "no such key")
        if block is not None:
            rt.call(block, [self])
        return self


def test_host_objects_are_asked_by_name(tmp_path):
    machine = Machine()
    path = tmp_path / "Vagrantfile"
    path.write_text(
        "Box.vm.box = 'a'\nBox.net :x, ip: '1' do |n|\n  n[:a] += 1\nend\np Box.class, Box.nil?\nBox::K\n"
    )
    interp = interpreter(tmp_path)
    interp.define("Box", machine)

    interp.run_file(path)

    assert [name for name, _, _ in machine.told] == ["vm", "box=", "net", "[]", "+", "[]=", "K"]
    assert machine.told[2][2] == "Vagrantfile:2:5"
    assert "".join(interp.printed) == "Machine\nfalse\n"


def test_a_block_is_called_later_in_a_guard(tmp_path):
    kept = []

    class Keeper(Machine):
        def ruby_send(self, rt, name, args, block):
            kept.append(block)
            return

    path = tmp_path / "Vagrantfile"
    path.write_text("x = 1\nBox.configure { |c| x += c\n  raise 'late' if x > 3 }")
    interp = interpreter(tmp_path)
    interp.define("Box", Keeper())
    interp.run_file(path)

    with interp.guard():
        assert interp.call(kept[0], [1]) is None
    with pytest.raises(SeraiError, match="Vagrantfile:3:3: late"), interp.guard():
        interp.call(kept[0], [5])


def test_a_template_runs_in_a_binding(tmp_path):
    path = tmp_path / "Vagrantfile"
    path.write_text("def get\n  name = 'web'\n  binding\nend\n$b = get\n")
    interp = interpreter(tmp_path)
    interp.run_file(path)

    with interp.guard():
        made = interp.evaluate("x = name + '!'\nx * 2", interp.globals["$b"], "a.erb", 7)
    assert made == Str("web!web!")
    with pytest.raises(SeraiError, match=r"^a.erb:8:1: undefined local"), interp.guard():
        interp.evaluate("1\nnothing", interp.globals["$b"], "a.erb", 7)


def test_an_error_of_ours_on_odd_arguments_is_a_ruby_type_error(tmp_path):
    class Odd(Machine):
        def ruby_send(self, rt, name, args, block):
            return len(5)

    interp = interpreter(tmp_path)
    interp.define("Odd", Odd())
    path = tmp_path / "Vagrantfile"
    path.write_text("begin\n  Odd.x\nrescue TypeError => e\n  puts 'rescued'\nend\nOdd.y\n")

    with pytest.raises(SeraiError, match=r"Vagrantfile:6:5: .*\(TypeError\)"):
        interp.run_file(path)
    assert interp.printed == ["rescued\n"]


def test_nesting_without_end_is_told(tmp_path):
    for text in (
        "[" * 5000 + "]" * 5000,
        "(" * 3000 + "1" + ")" * 3000,
        "x = " + "1 + " * 5000 + "1",
        "!" * 9000 + "1",
    ):
        assert "nested more than" in fault_of(tmp_path, text).message


def test_a_long_sum_is_no_deep_nesting(tmp_path):
    assert evaluated(tmp_path, "p " + " + ".join(["1"] * 300)) == "300\n"


def test_an_object_of_the_file_is_given_out_as_it_is(tmp_path):
    path = tmp_path / "Vagrantfile"
    path.write_text("class A; end\nA.new")

    assert isinstance(interpreter(tmp_path).run_file(path), Object)
