"""`serai up` of a machine from a warm template, beside the same QEMU started by hand from the same files.

The floor is the recipe: QEMU with the template's memory mapped privately, its devices loaded, an overlay on its
disk, until an SSH server speaks and lets us log in. The guest is told nothing: it goes on waiting for who it is to
become, which costs it nothing (hung up on, it would clear away what it waits with). SERAI_BENCH_IMAGES=tiny leaves
Debian out. What `vagrant up` of the same guest takes is measured by bench_warm_vagrant.py.
"""

from __future__ import annotations

import json
import os
import shlex
import signal
import socket
import subprocess
import threading
import time
from pathlib import Path

from harness import SERAI, Report, Sample, Series, bench_home, child, environment, main
from machines import write

from serai.guest.keys import project_key
from serai.providers.contract import SshEndpoint
from serai.providers.qemu import memory, template
from serai.providers.qemu.features import binary_for, features
from serai.providers.qemu.qmp import Qmp
from serai.run.wait import wait_ready
from serai.run.workspace import open_workspace
from serai.util.errors import SeraiError

FACTOR, MORE = 1.3, 0.15
"""Seconds."""
WAITS = 900.0
"""Seconds in which all that are woken together must be there."""
IMAGES = {"tiny": "256M", "debian:12": "1G"}
FILE = """\
project: warm
machines:
  first: {{image: "{image}", memory: {size}, warm: true, ready: {{within: 10m}}}}
  next: {{image: "{image}", memory: {size}, warm: true, ready: {{within: 10m}}, autostart: false}}
"""


class Options:
    """What `open_workspace` takes of a command line."""

    def __init__(self, file: Path) -> None:
        self.file = str(file)


def free_port() -> int:
    """One that nobody listens on: other machines of this host choose theirs from the same numbers."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def greeted(path: Path, process: subprocess.Popen[bytes]) -> Qmp:
    """The monitor of a QEMU that is starting; its name is there a moment before one can connect."""
    while process.poll() is None:
        try:
            return Qmp.open(path, who="next")
        except SeraiError:
            time.sleep(0.002)
    raise SystemExit("a QEMU that was started by hand ended at once")


class ByHand:
    """The recipe, with the argv that serai has used for `next`."""

    def __init__(self, root: Path) -> None:
        self.workspace = open_workspace(Options(root / "serai.yaml"))
        self.place = self.workspace.scope.home / "machines" / "next"
        (self.known,) = template.all_of_them()
        self.argv = shlex.split((self.place / "argv").read_text().replace("\\\n", " "))
        status = json.loads(subprocess.run([SERAI, "status", "--json"], cwd=root, stdout=-1, check=True).stdout)
        self.port = status["machines"]["next"]["forwards"][0]["host"]
        self.able = features(binary_for("amd64", None))

    def wake(self, where: Path, together: threading.Barrier | None = None) -> Sample:
        """In a directory of its own, until a login. `together`: it runs until others have come as far."""
        (where / "disks").mkdir(parents=True)
        (where / "seed.iso").symlink_to(self.place / "seed.iso")
        began = time.perf_counter()
        for base in template.disks_of(self.known.key):
            words = [
                "qemu-img",
                "create",
                "-q",
                "-f",
                "qcow2",
                "-b",
                base,
                "-F",
                "qcow2",
                where / "disks" / base.name,
            ]
            subprocess.run(words, check=True)
        port = free_port()
        argv = [word.replace(f"127.0.0.1:{self.port}-", f"127.0.0.1:{port}-") for word in self.argv]
        process = subprocess.Popen(argv, cwd=where, stdin=subprocess.DEVNULL, start_new_session=True)
        with greeted(where / "qmp.sock", process) as qmp, socket.socket(socket.AF_UNIX) as nobody:
            nobody.connect(str(where / "agent.sock"))
            state = template.place(self.known.key) / template.STATE
            memory.load(qmp, state, who="next", migrate_file=self.able.migrate_file, ignore_shared=True)
            qmp.execute("cont")
            way = wait_ready(
                self.workspace.project.machines["next"],
                lambda: self._endpoint(port),
                None,
                lambda: "",
                lambda phrase: None,
                seed_kind="none",
                woken=True,
            )
        wall = time.perf_counter() - began
        way.close()
        if together is not None:
            together.wait(WAITS)
        os.kill(process.pid, signal.SIGKILL)
        usage = os.wait4(process.pid, 0)[2]
        return Sample(cpu=usage.ru_utime + usage.ru_stime, wall=wall)

    def _endpoint(self, port: int) -> SshEndpoint:
        key, _ = project_key(self.workspace.scope.home)
        user = "root" if self.known.image == "tiny" else "debian"
        return SshEndpoint(host="127.0.0.1", port=port, user=user, key=key)


def compare(report: Report, image: str, rounds: int) -> None:
    with bench_home() as base:
        env = environment(base / "home")
        os.environ["SERAI_HOME"] = env["SERAI_HOME"]
        root = write(base / "warm", FILE.format(image=image, size=IMAGES[image]))
        child([SERAI, "up", "-y"], cwd=root, env=env)
        child([SERAI, "up", "-y", "next"], cwd=root, env=env)
        child([SERAI, "halt", "--force", "next"], cwd=root, env=env)
        hand = ByHand(root)
        child([SERAI, "destroy", "-y", "next"], cwd=root, env=env)
        floor = Series(f"QEMU by hand, {image} from a template, until login", [])
        mine = Series(f"serai up, {image} from a template", [])
        try:
            for number in range(rounds + 1):
                (hand.place).mkdir(parents=True, exist_ok=True)
                child([SERAI, "up", "-y", "next"], cwd=root, env=env)
                seed = (hand.place / "seed.iso").read_bytes()
                child([SERAI, "destroy", "-y", "next"], cwd=root, env=env)
                hand.place.mkdir(parents=True)
                (hand.place / "seed.iso").write_bytes(seed)
                by_hand = hand.wake(base / f"hand{number}")
                (hand.place / "seed.iso").unlink()
                hand.place.rmdir()
                ours = child([SERAI, "up", "-y", "next"], cwd=root, env=env)
                child([SERAI, "destroy", "-y", "next"], cwd=root, env=env)
                if number:
                    floor.samples.append(by_hand)
                    mine.samples.append(ours)
        finally:
            child([SERAI, "destroy", "-y", "--force"], cwd=root, env=env)
    report.series += [floor, mine]
    least, value = floor.median("wall"), mine.median("wall")
    what = f"serai up of {image} from a template, {FACTOR} × recipe + {MORE} s"
    report.at_most(what, value, FACTOR * least + MORE, floor=least, unit="s")


def bench(rounds: int) -> Report:
    report = Report("serai up from a warm template until SSH answers (TCG)")
    for image in os.environ.get("SERAI_BENCH_IMAGES", "tiny,debian:12").split(","):
        compare(report, image, rounds)
    report.notes.append("CPU: of QEMU where it is started by hand, of serai alone where it starts it")
    return report


if __name__ == "__main__":
    main(bench, rounds=11)
