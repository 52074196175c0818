"""A host with Python: frames to and from agent.py."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import msgspec

from serai.host.reach import agent
from serai.host.reach.contract import Entry, Kind, Questions, Snapshot
from serai.host.reach.remote import ANSWERS, FILE_LIMIT, SURVEY, Remote
from serai.util.errors import Code, SeraiError
from serai.util.process import Result

LOCK_TRIES = 30
"""Of 0.1 s."""
PROBES = 20.0
"""Seconds for the probe guest, and its second try."""
HEAD_LIMIT = 1 << 26
RAW_LIMIT = 1 << 27
"""Bytes of an answer; an agent of ours gives less."""
GATHERS, GATHERED = 1 << 20, 1 << 25
"""Bytes of one file, and of all, that are gathered at once; larger ones are read when they are asked for."""


class Ran(msgspec.Struct, frozen=True):
    """Of a program: its exit code and how many of the raw bytes are its stdout; or why it has none."""

    code: int = 0
    out: int = 0
    missing: str = ""
    timeout: float = 0.0


class Gathered(msgspec.Struct, frozen=True):
    """`files`: path -> how many of the raw bytes. `answers`: question, about, known, the answer or the reason."""

    files: dict[str, int]
    names: dict[str, list[str]]
    links: dict[str, str]
    answers: list[tuple[str, str, bool, str | list[str]]]


Attributes = tuple[Kind, int, int, int] | None


class PythonRemote(Remote):
    """Raises OSError and SeraiError as a Reach does, and Unknown."""

    def _call(self, kind: Any, do: str, data: bytes = b"", budget: float = ANSWERS, **asked: Any) -> Any:
        return self._call_raw(kind, do, data, budget, **asked)[0]

    def _call_raw(
        self, kind: Any, do: str, data: bytes = b"", budget: float = ANSWERS, **asked: Any
    ) -> tuple[Any, bytes]:
        """The answer's value, of that type, and its raw bytes."""

        def ask() -> tuple[Any, bytes]:
            head = json.dumps({"do": do, **asked}).encode()
            self._wire.send(b"%08x%08x" % (len(head), len(data)) + head + data, budget)
            answer, raw = self._answer(budget)
            if "ok" not in answer:
                return self._refused(answer, asked), raw
            try:
                return msgspec.convert(answer["ok"], kind), raw
            except msgspec.ValidationError as error:
                raise self._wire.lost("its answer makes no sense") from error

        value, raw = self._exchange(ask)
        if isinstance(value, Exception):
            raise value
        return value, raw

    def _answer(self, budget: float) -> tuple[dict[str, Any], bytes]:
        header = self._wire.take(agent.HEADER, budget)
        try:
            sizes = int(header[:8], 16), int(header[8:], 16)
            if not (0 <= sizes[0] <= HEAD_LIMIT and 0 <= sizes[1] <= RAW_LIMIT):
                raise ValueError("no such size")
            head = json.loads(self._wire.take(sizes[0], budget))
        except (ValueError, RecursionError) as error:
            raise self._wire.lost("its answer makes no sense") from error
        if not isinstance(head, dict):
            raise self._wire.lost("its answer makes no sense")
        return head, self._wire.take(sizes[1], budget)

    def _refused(self, head: dict[str, Any], asked: dict[str, Any]) -> Exception:
        """What an answer without `ok` means."""
        from serai.host.facts.source import Unknown

        match head:
            case {"errno": int(number), "why": str(why)}:
                return OSError(number, why, asked.get("path", self.name))
            case {"unknown": str(why), "read": str(read)}:
                return Unknown(why, read)
            case {"busy": str(holder)}:
                return SeraiError(Code.BUSY, holder)
            case _:
                raise self._wire.lost("its answer makes no sense")

    def read(self, path: str) -> bytes | None:
        there, data = self._call_raw(bool, "read", path=path, limit=FILE_LIMIT)
        return data if there else None

    def names(self, path: str) -> list[str] | None:
        found: list[str] | None = self._call(list[str] | None, "names", path=path)
        return found

    def has(self, path: str) -> bool:
        found: bool = self._call(bool, "has", path=path)
        return found

    def entry(self, path: str) -> Entry | None:
        found: Attributes = self._call(Attributes, "entry", path=path)
        return None if found is None else Entry(*found)

    def target(self, path: str) -> str:
        found: str = self._call(str, "target", path=path)
        return found

    def program(self, name: str) -> str:
        found: str = self._call(str, "program", name=name)
        return found

    def ask(self, question: str, about: str = "") -> str:
        budget = ANSWERS + PROBES if question == "probe-guest" else ANSWERS
        found: str = self._call(str, "ask", budget=budget, question=question, about=about)
        return found

    def gather(
        self, files: Sequence[str], names: Sequence[str], links: Sequence[str], questions: Questions
    ) -> Snapshot:
        found: Gathered
        found, raw = self._call_raw(
            Gathered,
            "gather",
            budget=SURVEY,
            files=files,
            names=names,
            links=links,
            questions=questions,
            limit=GATHERS,
            total=GATHERED,
        )
        data, at = {}, 0
        for path, size in found.files.items():
            data[path] = raw[at : at + size]
            at += size
        answers = {
            (question, about): said if known and isinstance(said, str) else (said[0], said[-1])
            for question, about, known, said in found.answers
            if said
        }
        return Snapshot(files=data, names=found.names, links=found.links, answers=answers)

    def run(self, argv: Sequence[str], *, input: str | None = None, timeout: float = 600) -> Result:
        value: Ran
        value, raw = self._call_raw(
            Ran,
            "run",
            (input or "").encode(),
            timeout + ANSWERS,
            argv=list(argv),
            input=input is not None,
            timeout=timeout,
        )
        if value.missing:
            raise SeraiError(Code.MISSING, f"{self.name}: the program {argv[0]} is not installed")
        if value.timeout:
            raise SeraiError(Code.TIMEOUT, f"{self.name}: {argv[0]} did not end within {timeout:g} s")
        out, err = raw[: value.out], raw[value.out :]
        return Result(argv, value.code, out.decode(errors="replace"), err.decode(errors="replace"))

    def write(self, path: str, data: bytes, *, mode: int = 0o644, uid: int = 0, gid: int = 0) -> None:
        self._call(type(None), "write", data, path=path, mode=mode, uid=uid, gid=gid)

    def put(self, path: str, text: str) -> None:
        self._call(type(None), "put", f"{text}\n".encode(), path=path)

    def make_directory(self, path: str, *, mode: int = 0o755, uid: int = 0, gid: int = 0) -> None:
        self._call(type(None), "make_directory", path=path, mode=mode, uid=uid, gid=gid)

    def link(self, path: str, target: str) -> None:
        self._call(type(None), "link", path=path, target=target)

    def remove(self, path: str) -> None:
        self._call(type(None), "remove", path=path)

    def _take_lock(self, path: str, note: str) -> str:
        try:
            self._call(type(None), "lock", path=path, note=note, tries=LOCK_TRIES)
        except SeraiError as error:
            if error.code is Code.BUSY:
                return error.message
            raise
        return ""

    def _free_lock(self, path: str) -> None:
        self._call(type(None), "unlock")
