"""Loading project files: a small one, 10,000 lines, 1,000 counted machines; beside PyYAML's CSafeLoader alone."""

from __future__ import annotations

from functools import partial

from harness import Report, bench_home, here, interleave, main

SMALL = """\
project: shop
machines:
  web: {image: tiny, memory: 512M, networks: [8080:80], provision: echo hello}
"""
MACHINE = """\
  m{n}:
    image: tiny
    memory: 1GiB
    cpus: 2
    env: {{A: 1, B: two}}
    networks:
      - {port}:80
      - {{private: backend}}
    disks:
      data: 10GiB
"""
COUNTED = """\
project: many
machines:
  db: {image: tiny}
  web:
    count: 1000
    image: tiny
    memory: ${256 + index}M
    networks: ["${8000 + index}:80", {private: backend}]
    after: db
    provision: echo ${machine.name}
"""
LONG_LIMIT, COUNTED_LIMIT = 0.5, 0.3
"""Seconds of CPU."""


def bench(rounds: int) -> Report:
    import yaml

    from serai.loaders.yaml import load
    from serai.util.errors import SeraiErrors

    long = "project: long\nmachines:\n" + "".join(MACHINE.format(n=n, port=2000 + n) for n in range(1000))
    wrong = long.replace("cpus: 2", "cpus: x")
    report = Report(f"loading project files; the long one has {long.count(chr(10))} lines")
    with bench_home() as base:
        read = partial(load, base / "serai.yaml", environ={})

        def refused() -> None:
            try:
                read(text=wrong)
            except SeraiErrors as error:
                assert len(error.errors) == 1000

        found = interleave(
            {
                "small": partial(here, partial(read, text=SMALL)),
                "CSafeLoader, 10,000 lines": partial(here, partial(yaml.load, long, Loader=yaml.CSafeLoader)),
                "load, 10,000 lines": partial(here, partial(read, text=long)),
                "load, 10,000 lines, 1,000 errors": partial(here, refused),
                "load, count: 1000": partial(here, partial(read, text=COUNTED)),
            },
            rounds,
        )
        report.add(found)
        floor = found["CSafeLoader, 10,000 lines"].median("cpu")
        for name, limit in (("load, 10,000 lines", LONG_LIMIT), ("load, count: 1000", COUNTED_LIMIT)):
            report.at_most(name, found[name].median("cpu"), limit, floor=floor, unit="ms CPU")
    return report


if __name__ == "__main__":
    main(bench, rounds=5)
