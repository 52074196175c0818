"""A file that takes too much ends in one clear error, soon, and with its place."""

from __future__ import annotations

import threading

import pytest

from ruby_cases import evaluated
from serai.loaders.vagrantfile.ruby.bounds import CHUNK, Limits, Meter
from serai.util.errors import SeraiError, Where


def meter(**limits):
    return Meter(Limits(**limits), lambda: Where("Vagrantfile", 3, 5))


def test_steps_come_to_an_end():
    bound = meter(steps=10_000)

    with pytest.raises(SeraiError, match=r"Vagrantfile:3:5: still running after 10,000 steps"):
        for _ in range(10_000 + 2 * CHUNK):
            bound.step()


def test_memory_and_output_come_to_an_end():
    bound = meter(size=1 << 20, printed=1024)
    bound.grow(1 << 20)

    with pytest.raises(SeraiError, match="more than 1 MiB of memory"):
        bound.grow(1)
    with pytest.raises(SeraiError, match="prints more than 1 KiB"):
        bound.printed(1025)


def test_the_clock_counts_the_time_of_this_thread_alone():
    bound = meter(seconds=0.05, steps=10**12)

    with pytest.raises(SeraiError, match="of CPU time"), bound.clock():
        while True:
            bound.step(100)


def test_the_clock_ends_what_takes_no_steps():
    bound = meter(seconds=0.05, steps=10**12)

    with pytest.raises(SeraiError, match="of CPU time"), bound.clock():
        while True:
            sum(range(1000))


def test_in_another_thread_steps_alone_are_looked_at():
    told: list[str] = []

    def work() -> None:
        bound = meter(seconds=0.05, steps=10**12)
        try:
            with bound.clock():
                while True:
                    bound.step(100)
        except SeraiError as error:
            told.append(error.message)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()

    assert told and "of CPU time" in told[0]


ENDLESS = {
    "loop": "loop { }",
    "while": "while true\nend",
    "times": "(10**9).times { |i| i }",
    "until": "until false do x = 1 end",
    "recursion": "def f(x) = f(x + 1)\nf(1)",
    "mutual": "def f = g\ndef g = f\nf",
    "block": "f = ->(g) { g.(g) }\nf.(f)",
    "missing": "class A\n def method_missing(n, *a) = foo(1)\nend\nA.new.x",
    "text": 's = "x"\nloop { s = s + s }',
    "interpolation": 's = "x"\nloop { s = "#{s}#{s}" }',
    "array": "a = [1]\nloop { a = a + a }",
    "splat": "a = [1]\nloop { a = [*a, *a] }",
    "hash": "h = {}\ni = 0\nloop { h[i += 1] = i.to_s * 100 }",
    "number": "x = 10\nloop { x = x * x }",
    "shift": "p 1 << 10**9",
    "repeat": 'p "a" * 10**10',
    "fill": "p Array.new(10**10)",
    "print": 'loop { puts "x" * 1000 }',
    "retry": "begin\n raise 'x'\nrescue\n retry\nend",
    "rescued": "def f\n f\nrescue StandardError\n f\nend\nf",
    "throw": "loop { catch(:a) { throw :a } }",
    "sort": "a = (1..10**8).to_a",
    "format": "p format('%1000000000d', 1)",
    "ljust": "p 'x'.ljust(10**10)",
}


@pytest.mark.parametrize("text", ENDLESS.values(), ids=ENDLESS.keys())
@pytest.mark.timeout(30)
def test_a_hostile_file_ends_soon(tmp_path, text):
    with pytest.raises(SeraiError) as caught:
        evaluated(tmp_path, text, limits=Limits(seconds=0.5))

    assert caught.value.where is not None and caught.value.where.file == "Vagrantfile"
