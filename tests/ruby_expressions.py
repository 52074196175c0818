"""Expressions over Ruby's standard library with what Ruby answers, in the line after, which begins with #=>."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

from serai.loaders.vagrantfile.ruby.bounds import Limits
from serai.loaders.vagrantfile.ruby.interpreter import Interpreter

STD = Path(__file__).parent / "loaders/vagrantfile/ruby/library/std"
EXPRESSIONS, PROJECT = STD / "expressions", STD / "project"
ANSWER = "#=> "
ENVIRON = {"HOME": "/home/anna", "FOO": "bar", "TZ": "UTC", "LANG": "C.UTF-8", "PATH": "/usr/bin:/bin"}
ORACLE = r"""
%w[yaml json erb set pathname date time digest openssl base64 securerandom etc rbconfig socket ipaddr ostruct
   shellwords uri cgi timeout benchmark singleton forwardable observer stringio strscan logger optparse getoptlong
   bigdecimal bigdecimal/util zlib monitor tmpdir fileutils pp resolv].each { |name| require name }
answers = JSON.parse(STDIN.read).map do |text|
  reads, writes = IO.pipe
  child = fork do
    reads.close
    said = begin
      eval(text, TOPLEVEL_BINDING.dup).inspect
    rescue Exception => error
      "!! #{error.class}: #{error.message}"
    end
    writes.write(said)
    writes.close
    exit!(0)
  end
  writes.close
  said = reads.read
  Process.wait(child)
  said.force_encoding("UTF-8").scrub
end
puts JSON.generate(answers)
"""
"""Each expression runs in a process of its own."""


def known(name: str) -> dict[str, str]:
    """Expression → answer, of one file."""
    lines = (EXPRESSIONS / f"{name}.txt").read_text().splitlines()
    answers = dict(zip(lines[::2], lines[1::2], strict=True))
    assert answers
    assert all(answer.startswith(ANSWER) for answer in answers.values())
    return {expression: answer.removeprefix(ANSWER) for expression, answer in answers.items()}


def answered(expression: str, **options: object) -> str:
    """What serai answers."""
    interp = Interpreter(PROJECT, environ=ENVIRON, limits=Limits(seconds=20), **options)  # type: ignore[arg-type]
    program = (
        f"begin\n({expression}\n).inspect\nrescue Exception => error\n"
        '"!! #{error.class}: #{error.message}"\nend'
    )
    with interp.guard():
        said = interp.evaluate(program, None, "Vagrantfile")
    return said.s  # type: ignore[no-any-return]


def wrong(name: str) -> dict[str, tuple[str, str]]:
    """Expressions of a file that serai answers otherwise: expression → (Ruby's answer, ours)."""
    return {
        expression: (answer, ours)
        for expression, answer in known(name).items()
        if (ours := answered(expression)) != answer
    }


def said_by_ruby(expressions: list[str]) -> list[str]:
    told = subprocess.run(
        ["ruby", "-W0", "--disable=error_highlight,did_you_mean", "-e", ORACLE],
        input=json.dumps(expressions),
        capture_output=True,
        text=True,
        check=True,
        env=ENVIRON,
        cwd=PROJECT,
    )
    answers: list[str] = json.loads(told.stdout)
    return answers
