"""`serai status` among 2,000 domains of a libvirtd, behind its socket: wall time, and the calls that it makes.

The domains are of libvirt's test driver inside the daemon: what answers is the daemon, its protocol and its
threads, and no guest runs. `test+unix:///default` is one inventory for all connections as long as one is open.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from harness import PYTHON, SERAI, Budget, Report, Sample, bench_home, child, environment, interleave, main
from machines import write

DOMAINS = 2000
BUDGET = 0.5
"""Seconds."""
CALLS = {273: "listAllDomains", 344: "getAllDomainStats"}
"""What `serai status` may ask of libvirt, each once. Source: libvirt, src/remote/remote_protocol.x."""
OPENING = frozenset({1, 2, 3, 4, 5, 60, 66, 110, 202})
"""Of a connection, whatever it is for: open, close, type, version, host name, features, ways to log in, URI."""
SOCKETS = ("/run/libvirt/libvirt-sock", "/run/libvirt/virtqemud-sock")
SENT = re.compile(r"RPC_CLIENT_MSG_TX_QUEUE:.* len=\d+ prog=(\d+) vers=\d+ proc=(\d+) type=0 ")
REMOTE_PROGRAM = 0x20008086
"""Source: libvirt, src/remote/remote_protocol.x."""

FILE = """\
project: {project}
machines:
  web:
    provider: libvirt
    image: tiny
    count: {count}
    memory: 512M
    networks:
      - forwarded_port: {{guest: 80, host: 8080, auto_correct: true}}
    providers: {{libvirt: {{uri: "{uri}"}}}}
"""


def domain(name: str, uuid: str) -> str:
    """The least that is a domain."""
    root = ElementTree.Element("domain", type="test")
    for tag, text in (("name", name), ("uuid", uuid), ("memory", "524288"), ("vcpu", "1")):
        ElementTree.SubElement(root, tag).text = text
    ElementTree.SubElement(ElementTree.SubElement(root, "os"), "type").text = "hvm"
    return ElementTree.tostring(root, encoding="unicode")


def make(root: Path, conn: Any, uri: str, count: int) -> Path:
    """A project of so many machines, made and stopped: their records and their domains."""
    from serai.loaders.yaml import load
    from serai.providers.identity import machine_uuid
    from serai.providers.libvirt import ledger
    from serai.providers.libvirt.record import Phase, Record
    from serai.run.scope import scope_of, settle

    project = load(write(root, FILE.format(project=root.name, count=count, uri=uri)) / "serai.yaml")
    scope = scope_of(project.project, root)
    settle(scope, ["libvirt"])
    for machine in project.machines.values():
        record = Record(
            name=machine.name,
            project=scope.project,
            project_id=scope.project_id,
            project_root=str(root),
            uri=uri,
            uuid=machine_uuid(scope.project_id, machine.name),
            domain=f"{scope.project}_{machine.name}",
            phase=Phase.MADE,
            applied=machine,
        )
        ledger.save(scope, record)
        conn.defineXML(domain(record.domain, record.uuid))
    return root


@contextmanager
def inventory(uri: str) -> Iterator[Any]:
    """A connection that keeps the test driver's domains; ours are gone when it closes."""
    from serai.providers.libvirt.binding import library

    conn = library().open(uri)
    before = {each.UUIDString() for each in conn.listAllDomains()}
    try:
        yield conn
    finally:
        for each in conn.listAllDomains():
            if each.UUIDString() not in before:
                each.undefine()
        conn.close()


def calls(root: Path, env: dict[str, str]) -> list[int]:
    """Numbers of the calls that `serai status` sends, besides those of any connection; libvirt's own log tells."""
    log = root / "rpc.log"
    logged = {"LIBVIRT_LOG_FILTERS": "1:rpc", "LIBVIRT_LOG_OUTPUTS": f"1:file:{log}"}
    child([SERAI, "status"], cwd=root, env=env | logged)
    found = [(int(match[1]), int(match[2])) for match in SENT.finditer(log.read_text(errors="replace"))]
    return [number for program, number in found if program == REMOTE_PROGRAM and number not in OPENING]


def missing() -> str:
    """Why nothing can be measured here; empty when it can."""
    if shutil.which("virsh") is None:
        return "libvirt is not installed"
    if not any(os.access(socket, os.R_OK | os.W_OK) for socket in SOCKETS):
        return "no libvirtd answers that we may use"
    return ""


def bench(rounds: int) -> Report:
    report = Report(f"serai status among {DOMAINS:,} domains of a libvirtd (its test driver, over its socket)")
    promises = (f"a project of 1 machine among {DOMAINS:,} domains", f"a project of {DOMAINS:,} machines")
    asked = "two calls, whatever the number of domains"
    if why := missing():
        for promise in (*promises, asked):
            report.not_measured(f"serai status, {promise}", why)
        return report
    socket = next(each for each in SOCKETS if os.access(each, os.R_OK | os.W_OK))
    uri = f"test+unix:///default?socket={socket}"
    with bench_home() as base:
        env = environment(base / "home")
        os.environ["SERAI_HOME"] = env["SERAI_HOME"]
        with inventory(uri) as conn:
            many = make(base / "many", conn, uri, DOMAINS)
            one = make(base / "one", conn, uri, 1)
            bare = partial(child, [PYTHON, "-c", "pass"], cwd=base, env=env)
            found = interleave(
                {
                    "python -c pass": bare,
                    promises[0]: partial(child, [SERAI, "status"], cwd=one, env=env),
                    promises[1]: partial(child, [SERAI, "status"], cwd=many, env=env),
                    "virsh list --all": partial(listed, uri, base, env),
                },
                rounds,
            )
            report.add(found)
            seen = {promise: calls(root, env) for promise, root in zip(promises, (one, many), strict=True)}
    floor = found["virsh list --all"].median("wall")
    for promise in promises:
        report.at_most(f"serai status, {promise}", found[promise].median("wall"), BUDGET, floor=floor, unit="s")
    for promise, numbers in seen.items():
        said = ", ".join(CALLS.get(number, f"procedure {number}") for number in numbers)
        report.budgets.append(Budget(f"{promise}: {asked}", sorted(numbers) == sorted(CALLS), said))
    return report


def listed(uri: str, base: Path, env: dict[str, str]) -> Sample:
    return child(["virsh", "-q", "-c", uri, "list", "--all"], cwd=base, env=env)


if __name__ == "__main__":
    main(bench, rounds=9)
