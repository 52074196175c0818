"""`serai up` of twenty services of a Compose file beside `docker-compose up -d` of the same file, wall time.

Both on one dockerd of the benchmark's own, in turn; what they made is removed between the rounds, which does not
count. Both wait until all are started; serai looks besides that none has ended at once.
"""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import tarfile
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from harness import SERAI, Report, Sample, bench_home, child, environment, interleave, main

SERVICES = 20
MOST = 1.1
"""Times docker-compose's wall time."""
NEEDS = ("dockerd", "containerd", "docker", "docker-compose", "busybox")
SERVICE = "  web{number}:\n    image: small:1\n    command: sleep 3600\n    environment: {{NUMBER: '{number}'}}\n"


START_BUDGET = 60.0


class Engine:
    """A dockerd of its own, with its own bridge, that leaves the packet filter alone."""

    def __init__(self, at: Path) -> None:
        self.host = f"unix://{at}/docker.sock"
        self.bridge = f"sb{os.getpid() % 10**6}"
        subprocess.run(["ip", "link", "add", self.bridge, "type", "bridge"], check=True)
        subprocess.run(
            ["ip", "addr", "add", f"10.215.{os.getpid() % 250 + 1}.1/24", "dev", self.bridge], check=True
        )
        (at / "daemon.json").write_text("{}")
        words = ["dockerd", "--host", self.host, "--data-root", f"{at}/data", "--exec-root", f"{at}/exec"]
        words += ["--pidfile", f"{at}/pid", "--bridge", self.bridge, "--iptables=false", "--ip6tables=false"]
        log = (at / "log").open("ab")
        words += ["--ip-masq=false", "--config-file", f"{at}/daemon.json"]
        self.process = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd="/")

    def docker(self, *words: str, data: bytes = b"", check: bool = True) -> str:
        done = subprocess.run(["docker", "-H", self.host, *words], input=data, capture_output=True, check=check)
        return done.stdout.decode()

    def with_image(self) -> None:
        """Wait until it answers, and give it busybox as `small:1`."""
        deadline = time.monotonic() + START_BUDGET
        while not self.docker("version", "--format", "{{.Server.Version}}", check=False).strip():
            if time.monotonic() > deadline:
                raise SystemExit("dockerd does not answer")
            time.sleep(0.1)
        packed = io.BytesIO()
        with tarfile.open(fileobj=packed, mode="w") as tar:
            tar.add(Path(shutil.which("busybox") or "busybox").resolve(), "bin/busybox")
            for name in ("sh", "sleep"):
                link = tarfile.TarInfo(f"bin/{name}")
                link.type, link.linkname = tarfile.SYMTYPE, "busybox"
                tar.addfile(link)
        self.docker("import", "-", "small:1", data=packed.getvalue())

    def clear(self) -> None:
        containers = self.docker("ps", "-aq").split()
        self.docker("rm", "-f", *containers)
        self.docker("network", "prune", "-f")

    def remove(self, at: Path) -> None:
        self.process.terminate()
        self.process.wait(timeout=60)
        subprocess.run(["ip", "link", "del", self.bridge], check=False)
        mounts = [line.split()[1] for line in Path("/proc/mounts").read_text().splitlines()]
        for path in sorted((each for each in mounts if each.startswith(f"{at}/")), reverse=True):
            subprocess.run(["umount", "-l", path], check=False)
        shutil.rmtree(at, ignore_errors=True)


@contextmanager
def engine() -> Iterator[Engine]:
    at = Path(tempfile.mkdtemp(prefix="serai-b-dockerd-", dir="/tmp"))
    daemon = Engine(at)
    try:
        daemon.with_image()
        yield daemon
    finally:
        daemon.remove(at)


def clearing(act: Callable[[], Sample], clear: Callable[[], object]) -> Callable[[], Sample]:
    """The act, and outside of its time what removes all that it made."""

    def run() -> Sample:
        sample = act()
        clear()
        return sample

    return run


def bench(rounds: int) -> Report:
    report = Report(f"serai up of {SERVICES} services of a Compose file")
    what = f"serai up beside docker-compose up -d, {SERVICES} services"
    lacking = [name for name in NEEDS if shutil.which(name) is None]
    if lacking or os.geteuid():
        report.not_measured(what, f"{', '.join(lacking)} not installed" if lacking else "it needs root")
        return report
    with bench_home() as base, engine() as daemon:
        root = base / "shop"
        root.mkdir()
        text = "services:\n" + "".join(SERVICE.format(number=number) for number in range(SERVICES))
        (root / "compose.yaml").write_text(text)
        env = environment(base / "home", DOCKER_HOST=daemon.host, COMPOSE_PARALLEL_LIMIT="20")

        def mine() -> Sample:
            return child([SERAI, "up"], cwd=root, env=env)

        def theirs() -> Sample:
            return child(["docker-compose", "up", "-d"], cwd=root, env=env)

        def down() -> None:
            subprocess.run([SERAI, "destroy", "-y"], cwd=root, env=env, check=True, capture_output=True)

        found = interleave(
            {
                "docker-compose up -d": clearing(theirs, daemon.clear),
                "serai up": clearing(mine, down),
            },
            rounds,
        )
        report.add(found)
        floor = found["docker-compose up -d"].median("wall")
        report.at_most(what, found["serai up"].median("wall"), MOST * floor, floor=floor, unit="s")
    return report


if __name__ == "__main__":
    main(bench, rounds=3)
