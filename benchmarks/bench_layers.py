"""`serai up` from the last layer, beside `up` that runs every block, and beside an overlay on that layer by hand.

The floor: `qemu-img create` on the layer's disk, then the argv that serai has used, until a login succeeds.
Blocks do work that takes a guest's time and no network's. Machines start cold (SERAI_WARM=off).
"""

from __future__ import annotations

import json
import os
import shlex
import shutil
import signal
import subprocess
import time
from pathlib import Path

from bench_warm import Options, free_port
from harness import SERAI, Report, Sample, Series, bench_home, child, environment, main
from machines import write

from serai.guest.keys import project_key
from serai.providers.contract import SshEndpoint
from serai.run.wait import wait_ready
from serai.run.workspace import open_workspace

FACTOR, MORE = 1.3, 1.0
"""Seconds: what starts from a layer gets a login and its names over SSH once more."""
LEFT = 0.1
"""Part of the blocks' time that may be left. That a boot or the blocks are quick or slow changes nothing of it."""
FILE = """\
project: layers
defaults: {image: tiny, memory: 256M, warm: false, ready: {within: 10m}}
machines:
  web:
    provision:
      - {name: one, shell: "for i in 1 2 3; do head -c 4000000 /dev/urandom | md5sum; done >/root/one"}
      - {name: two, shell: "for i in 1 2 3; do head -c 4000000 /dev/urandom | sha1sum; done >/root/two"}
      - {name: three, shell: "cat /root/one /root/two | md5sum >/root/three"}
"""


class ByHand:
    """The machine that serai has made from the last layer, made again without it."""

    def __init__(self, root: Path) -> None:
        self.workspace = open_workspace(Options(root / "serai.yaml"))
        directory = self.workspace.scope.home / "machines" / "web"
        self.kept = root.parent / "kept"
        self.kept.mkdir()
        shutil.copyfile(directory / "seed.iso", self.kept / "seed.iso")
        self.key = self.kept / "key"  # a project whose last machine goes has another one afterwards
        self.key.touch(0o600)
        self.key.write_bytes(project_key(self.workspace.scope.home)[0].read_bytes())
        self.argv = shlex.split((directory / "argv").read_text().replace("\\\n", " "))
        status = json.loads(subprocess.run([SERAI, "status", "--json"], cwd=root, stdout=-1, check=True).stdout)
        self.port = status["machines"]["web"]["forwards"][0]["host"]
        words = ["qemu-img", "info", "-U", "--output=json", directory / "disks/root.qcow2"]
        told = json.loads(subprocess.run(words, stdout=-1, check=True).stdout)
        self.base, self.format = told["full-backing-filename"], told["backing-filename-format"]

    def boot(self, where: Path) -> Sample:
        (where / "disks").mkdir(parents=True)
        (where / "seed.iso").symlink_to(self.kept / "seed.iso")
        port = free_port()
        argv = [word.replace(f"127.0.0.1:{self.port}-", f"127.0.0.1:{port}-") for word in self.argv]
        way = SshEndpoint(host="127.0.0.1", port=port, user="root", key=self.key)
        began = time.perf_counter()
        disk = where / "disks/root.qcow2"
        words = ["qemu-img", "create", "-q", "-f", "qcow2", "-b", self.base, "-F", self.format, str(disk)]
        subprocess.run(words, check=True)
        process = subprocess.Popen(argv, cwd=where, stdin=subprocess.DEVNULL, start_new_session=True)
        wait_ready(
            self.workspace.project.machines["web"],
            lambda: way,
            where / "serial.log",
            lambda: "",
            lambda phrase: None,
            seed_kind="tiny",
        ).close()
        wall = time.perf_counter() - began
        os.kill(process.pid, signal.SIGKILL)
        usage = os.wait4(process.pid, 0)[2]
        return Sample(cpu=usage.ru_utime + usage.ru_stime, wall=wall)


def bench(rounds: int) -> Report:
    report = Report("serai up from the last layer (qemu, TCG)")
    whole, mine, floor = Series("up, every block", []), Series("up from the last layer", []), Series("by hand", [])
    with bench_home() as base:
        env = environment(base / "home", SERAI_WARM="off")
        os.environ["SERAI_HOME"] = env["SERAI_HOME"]
        root = write(base / "layers", FILE)
        try:
            child([SERAI, "up", "-y"], cwd=root, env=env)
            child([SERAI, "destroy", "-y", "--force"], cwd=root, env=env)
            child([SERAI, "up", "-y"], cwd=root, env=env)
            hand = ByHand(root)
            for number in range(rounds):
                child([SERAI, "destroy", "-y", "--force"], cwd=root, env=env)
                floor.samples.append(hand.boot(base / f"hand{number}"))
                mine.samples.append(child([SERAI, "up", "-y"], cwd=root, env=env))
                child([SERAI, "destroy", "-y", "--force"], cwd=root, env=env)
                whole.samples.append(child([SERAI, "up", "-y", "--no-cache"], cwd=root, env=env))
        finally:
            child([SERAI, "destroy", "-y", "--force"], cwd=root, env=env)
    report.series += [floor, mine, whole]
    times = {series.name: series.median("wall") for series in report.series}
    least, value, most = times["by hand"], times["up from the last layer"], times["up, every block"]
    what = f"up from the last layer, {FACTOR} × an overlay and a boot by hand + {MORE} s"
    report.at_most(what, value, FACTOR * least + MORE, floor=least, unit="s")
    what = f"what is left of the blocks' time (up of every block - by hand) from the last layer, {LEFT} ×"
    report.at_most(what, value - least, LEFT * (most - least), floor=most - least, unit="s")
    report.notes.append("CPU: of QEMU where it is started by hand, of serai alone where it starts it")
    return report


if __name__ == "__main__":
    main(bench, rounds=3)
