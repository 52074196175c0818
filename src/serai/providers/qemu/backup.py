"""The disks of a machine that runs, copied as they are at one moment while it goes on writing.

One job a disk copies what the disk itself holds; what it stands on is shared. Before the guest writes over
something that is not copied yet, that is copied first.
Source: QEMU, qapi/block-core.json, blockdev-backup; block/copy-before-write.c.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from serai.providers.contract import Scope
from serai.providers.qemu import snapshots, template
from serai.providers.qemu.qmp import Gone, Qmp, QmpError
from serai.providers.qemu.record import Record
from serai.util.errors import Code, SeraiError
from serai.util.files import private_dir
from serai.util.holes import give_back, reserve
from serai.util.process import run, which
from serai.util.units import human_size

BUDGET = 3600.0
"""Seconds that a job may take without a word."""
MARGIN = 1 << 20
"""Bytes for a copy's own tables, and for what is written just before it begins."""


class Jobs:
    """The copies of one machine's disks: made ready, begun together, awaited."""

    def __init__(self, qmp: Qmp, who: str, targets: dict[str, str]) -> None:
        self._qmp = qmp
        self._who = who
        self._targets = targets
        """Node of the disk -> node of its copy."""
        self._running: set[str] = set()
        self._files: dict[str, Path] = {}
        """Node of a copy -> its file."""

    def add(self, disk: str, copy: str, target: Path, *, flush: bool) -> None:
        """Open a file as the copy of a disk. `flush`: it is on the host's disk when it is closed."""
        cache = {"direct": False, "no-flush": not flush}
        file = {"driver": "file", "filename": str(target), "cache": cache}
        node = {"driver": "qcow2", "node-name": copy, "file": file, "cache": cache, "discard": "unmap"}
        self._qmp.execute("blockdev-add", node)
        self._targets[disk] = copy
        self._files[copy] = target

    def reserve(self, *, bitmap: str = "") -> None:
        """Have room for all that can be copied, before it begins. Raises Code.FAILED where there is none.

        Without room, what fails is what the guest writes itself: it would stand still.
        Source: QEMU, block/copy-before-write.c, on-cbw-error; qapi/block-core.json, BlockdevOnError, enospc.
        """
        if not self._files:
            return
        for node in self._qmp.execute("query-named-block-nodes", {"flat": True}):
            copy = self._targets.get(node["node-name"], "")
            if copy not in self._files:
                continue
            dirty = [each["count"] for each in node.get("dirty-bitmaps", []) if each.get("name") == bitmap]
            size = (dirty[0] if bitmap and dirty else node["image"]["actual-size"]) + MARGIN
            try:
                reserve(self._files[copy], size)
            except OSError as error:
                raise SeraiError(
                    Code.FAILED,
                    f"{self._who}: a disk could not be copied: {human_size(size)} are needed beside "
                    f"{self._files[copy]}: {error.strerror}",
                ) from error

    def start(self, *, bitmap: str = "", anew: str = "") -> None:
        """All at one moment, or none of them.

        `bitmap`: only what it says has changed. `anew`: a bitmap of this name notes what changes from then on.
        """
        how = {"sync": "incremental", "bitmap": bitmap} if bitmap else {"sync": "top"}
        actions = []
        for disk, copy in self._targets.items():
            if anew:
                actions.append({"type": "block-dirty-bitmap-add", "data": {"node": disk, "name": anew}})
            job = {"job-id": copy, "device": disk, "target": copy, **how}
            actions.append({"type": "blockdev-backup", "data": job})
        if actions:
            self._qmp.execute("transaction", {"actions": actions})
            self._running = set(self._targets.values())

    def wait(self) -> None:
        """Until all is copied. Raises Code.FAILED with the reason of one that failed."""
        failed = ""
        while self._running:
            event = self._qmp.wait_event("BLOCK_JOB_COMPLETED", "JOB_STATUS_CHANGE", timeout=BUDGET)
            if event is None:
                raise SeraiError(Code.TIMEOUT, f"{self._who}: its disks were not copied within {BUDGET:g} s")
            data = event["data"]
            if event["event"] == "BLOCK_JOB_COMPLETED" and data["device"] in self._targets.values():
                failed = failed or data.get("error", "")
            elif event["event"] == "JOB_STATUS_CHANGE" and data["status"] == "null":
                self._running.discard(data["id"])
        if failed:
            raise SeraiError(Code.FAILED, f"{self._who}: a disk could not be copied: {failed}")

    def end(self) -> None:
        """Whatever is under way is given up, and the copies are closed. With QEMU all of it has gone."""
        with suppress(Gone):
            self._end()

    def _end(self) -> None:
        for job in list(self._running):
            try:
                self._qmp.execute("block-job-cancel", {"device": job, "force": True})
            except QmpError:
                self._running.discard(job)  # it has ended by itself
        try:
            self.wait()
        finally:
            for copy in self._targets.values():
                self._qmp.execute("blockdev-del", {"node-name": copy})
            for file in self._files.values():
                give_back(file)
            if self._targets and self._qmp.execute("query-status").get("status") == "io-error":
                self._qmp.execute("cont")  # where no room could be kept, its write waits for the copy to be over


@contextmanager
def of_disks(qmp: Qmp, directory: Path, record: Record, scope: Scope, place: Path) -> Iterator[Jobs]:
    """Make files in `place` for the disks of a running machine, by the names that they have in its directory."""
    machine = snapshots.present(record, alive=True)
    files = snapshots.saveable(record.name, machine, record, scope.root)
    nodes = {node["node-name"]: node for node in qmp.execute("query-named-block-nodes", {"flat": True})}
    private_dir(place / template.DISKS)
    jobs = Jobs(qmp, record.name, {})
    try:
        for number, (node, file) in enumerate(files.items()):
            if node not in nodes:
                continue  # not plugged
            target = place / template.DISKS / Path(file).name
            _make(target, nodes[node], directory)
            # A copy that a power cut spoils is that of a machine which has lost its memory, too.
            jobs.add(node, f"fork{number}", target, flush=False)
        yield jobs
    finally:
        jobs.end()
    for made in (place / template.DISKS).iterdir():
        made.chmod(0o400)


def _make(target: Path, node: dict[str, Any], directory: Path) -> None:
    """An empty disk of the same size, on what the disk stands on."""
    image = node["image"]
    words = [which("qemu-img", "qemu-utils"), "create", "-q", "-f", "qcow2"]
    if below := image.get("full-backing-filename"):
        words += ["-b", str(directory / below), "-F", image.get("backing-filename-format", "qcow2")]
    run([*words, target, str(image["virtual-size"])])
