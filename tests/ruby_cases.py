"""Small Ruby files with what they print: cases/FAMILY/NAME.rb, the output in its last lines, after `#> `."""

from __future__ import annotations

import subprocess
from pathlib import Path

from serai.loaders.vagrantfile.ruby.bounds import Limits
from serai.loaders.vagrantfile.ruby.interpreter import Interpreter

CASES = Path(__file__).parent / "loaders/vagrantfile/ruby/cases"
MARK = "#>"
ORACLE = r"""
ARGV.each do |file|
  read, write = IO.pipe
  pid = fork do
    read.close
    $stdout.reopen(write)
    $stdout.sync = true
    $stderr.reopen(File::NULL)
    Dir.chdir(File.dirname(file))
    load file
  end
  write.close
  printed = read.read
  Process.wait(pid)
  $stdout.write([file.bytesize, printed.bytesize].pack("NN"), file, printed)
end
"""
"""Runs each file in a process of its own, and writes lengths, name and output."""


def cases_of(family: str) -> list[Path]:
    found = sorted((CASES / family).glob("*.rb"))
    assert found, f"no case of {family}"
    return found


def name_of(case: Path) -> str:
    return case.stem


def expected(case: Path) -> str:
    lines = [line for line in case.read_text().splitlines() if line.startswith(MARK)]
    return even("".join(line[len(MARK) :].removeprefix(" ") + "\n" for line in lines))


def even(text: str) -> str:
    """Without blanks at the ends of lines, which no file of this project has."""
    return "".join(line.rstrip() + "\n" for line in text.splitlines())


def interpreter(project: Path, **options: object) -> Interpreter:
    options.setdefault("environ", {"HOME": "/home/anna", "LANG": "C.UTF-8"})
    return Interpreter(project, **options)  # type: ignore[arg-type]


def printed(case: Path) -> str:
    """What a case prints under serai."""
    interp = interpreter(case.parent, limits=Limits(seconds=20))
    interp.run_file(case)
    return even("".join(interp.printed))


def evaluated(tmp_path: Path, text: str, **options: object) -> str:
    """What a text prints, as a file of an empty project."""
    path = tmp_path / "Vagrantfile"
    path.write_text(text)
    interp = interpreter(tmp_path, **options)
    interp.run_file(path)
    return "".join(interp.printed)


def said_by_ruby(cases: list[Path]) -> dict[Path, str]:
    """What the cases print under a real Ruby."""
    told = subprocess.run(
        ["ruby", "-W0", "--disable=error_highlight,did_you_mean", "-e", ORACLE, *map(str, cases)],
        check=True,
        capture_output=True,
        env={"HOME": "/home/anna", "LANG": "C.UTF-8", "PATH": "/usr/bin:/bin"},
    ).stdout
    found: dict[Path, str] = {}
    while told:
        name, size = int.from_bytes(told[:4], "big"), int.from_bytes(told[4:8], "big")
        path, text = told[8 : 8 + name].decode(), told[8 + name : 8 + name + size].decode()
        found[Path(path)] = even(text)
        told = told[8 + name + size :]
    return found
