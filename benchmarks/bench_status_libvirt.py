"""`serai status` of 2,000 domains in a libvirtd: wall, CPU, and the calls that cross its socket, counted.

The domains are the test driver's, behind the system daemon's socket: every call is a real one, no guest runs.
"""

from __future__ import annotations

import os
import re
import subprocess
from collections import Counter
from functools import partial
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from harness import PYTHON, SERAI, Report, bench_home, child, environment, interleave, main
from machines import WEB, write

COUNT = 2000
WALL = 0.500
CALLS = 2
SOCKET = Path("/run/libvirt/libvirt-sock")
URI = f"test+unix:///default?socket={SOCKET}"
ASKING = {"CONNECT_LIST_ALL_DOMAINS": 273, "CONNECT_GET_ALL_DOMAIN_STATS": 344}
"""Procedures that a look at domains may call. Source: libvirt, src/remote/remote_protocol.x."""
CONNECTING = frozenset({1, 2, 60, 66, 283, 285, 288, 289, 315, 316, 413, 430, 433})
"""Those of opening and closing a connection: the same for no domain and for many."""


def project(root: Path) -> tuple[Any, Any]:
    """A project file of so many libvirt machines, and its scope, written down."""
    from serai.loaders.yaml import load
    from serai.run.scope import scope_of, settle

    text = "networks:\n  backend: {subnet: 10.40.0.0/16}\n"
    text = f"project: many\n{text}defaults: {{provider: libvirt, providers: {{libvirt: {{uri: '{URI}'}}}}}}\n"
    file = write(root, f"{text}machines:\n{WEB.format(count=COUNT)}") / "serai.yaml"
    loaded = load(file)
    scope = scope_of(loaded.project, root)
    settle(scope, ["libvirt"])
    return loaded, scope


def define(conn: Any, loaded: Any, scope: Any) -> None:
    """A record and a domain that carries it, of every machine; each other one runs."""
    from serai.providers.identity import machine_uuid
    from serai.providers.libvirt import ledger
    from serai.providers.libvirt.record import NAMESPACE, Phase, Record, encode

    for number, machine in enumerate(loaded.machines.values()):
        record = Record(
            name=machine.name,
            project=scope.project,
            project_id=scope.project_id,
            project_root=str(scope.root),
            uri=URI,
            domain=f"many_{machine.name}",
            uuid=machine_uuid(scope.project_id, machine.name),
            phase=Phase.MADE,
            applied=machine,
            stopped=number % 2 == 0,
        )
        ledger.save(scope, record)
        kept = f"<serai:machine xmlns:serai='{NAMESPACE}'>{escape(encode(record))}</serai:machine>"
        domain = conn.defineXML(
            f"<domain type='test'><name>{record.domain}</name><uuid>{record.uuid}</uuid><memory>1024</memory>"
            f"<metadata>{kept}</metadata>"
            "<os><type>hvm</type></os></domain>"
        )
        if not record.stopped:
            domain.create()


def calls(root: Path, env: dict[str, str], log: Path) -> Counter[int]:
    """Procedure -> how often one `serai status` calls it, from the log of libvirt's own client."""
    words = {"LIBVIRT_LOG_FILTERS": "1:rpc", "LIBVIRT_LOG_OUTPUTS": f"1:file:{log}"}
    subprocess.run([SERAI, "status"], cwd=root, env={**env, **words}, check=True, stdout=subprocess.DEVNULL)
    found = re.findall(r"RPC_CLIENT_MSG_TX_QUEUE:.* prog=536903814 .*proc=(\d+) type=0", log.read_text())
    return Counter(int(number) for number in found)


def bench(rounds: int) -> Report:
    report = Report(f"serai status of {COUNT} domains in a libvirtd (test driver, over its socket)")
    if not os.access(SOCKET, os.W_OK):
        report.not_measured("serai status", "no system libvirtd runs here")
        return report
    from serai.providers.libvirt.binding import library, places

    libvirt = library()
    bare = f"import sys; sys.path += {places()!r}; import libvirt"
    with bench_home() as base:
        env = environment(base / "home")
        os.environ["SERAI_HOME"] = env["SERAI_HOME"]
        conn = libvirt.open(URI)  # the driver's domains live as long as somebody is connected
        try:
            loaded, scope = project(base / "many")
            define(conn, loaded, scope)
            found = interleave(
                {
                    "python -c pass": partial(child, [PYTHON, "-c", "pass"], cwd=base, env=env),
                    "python -c 'import libvirt'": partial(child, [PYTHON, "-c", bare], cwd=base, env=env),
                    "serai status": partial(child, [SERAI, "status"], cwd=scope.root, env=env),
                },
                rounds,
            )
            report.add(found)
            floor = found["python -c 'import libvirt'"].median("wall")
            wall = found["serai status"].median("wall")
            report.at_most(f"serai status of {COUNT}", wall, WALL, floor=floor, unit="ms wall")
            count(report, calls(scope.root, env, base / "calls.log"))
        finally:
            conn.close()
    return report


def count(report: Report, found: Counter[int]) -> None:
    """The budget of calls; those that open the connection are named beside."""
    from harness import Budget

    asked = {number: times for number, times in found.items() if number not in CONNECTING}
    said = ", ".join(f"{name} {asked.get(number, 0)}" for name, number in ASKING.items())
    others = sum(times for number, times in found.items() if number in CONNECTING)
    met = set(asked) == set(ASKING.values()) and sum(asked.values()) == CALLS
    text = f"{sum(asked.values())} ({said}; all: {dict(asked)}), {others} to open the connection"
    report.budgets.append(Budget(f"calls of one status, budget {CALLS}", met, text))


if __name__ == "__main__":
    main(bench, rounds=7)
