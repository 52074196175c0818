"""Systems whose /usr is an image: rpm-ostree keeps arguments with a deployment, bootc reads files of the image.

Source: rpm-ostree(1), kargs; bootc, kernel arguments: /usr/lib/bootc/kargs.d/*.toml with `kargs = [...]`.
"""

from __future__ import annotations

from serai.host.boot.entries import lines
from serai.host.boot.tool import FileTool, Place
from serai.host.boot.words import Words, split
from serai.host.changes.change import Kept
from serai.host.facts.source import Reading
from serai.host.reach.contract import Reach
from serai.util.errors import Code, SeraiError

BOOTED = "/run/ostree-booted"
REPOSITORY = "/ostree/repo"
KARGS = "/usr/lib/bootc/kargs.d"


class Bootc(FileTool):
    """The tree of an image: a file of our own, which is a part of the image from its next build on."""

    name = "bootc"

    def here(self, reach: Reach) -> str:
        if reach.live and reach.has(BOOTED):
            return ""  # /usr is read-only there, and the next image replaces it
        return KARGS.rpartition("/")[0] if reach.has(KARGS.rpartition("/")[0]) else reach.program("bootc")

    def coming(self, reach: Reach) -> list[Reading]:
        return []

    def kept(self, reach: Reach) -> Reading | None:
        return None

    def places(self, reach: Reach, words: Words) -> list[Place]:
        head = f"# Written by serai host tune {words.name}; serai host undo {words.name} removes it.\n"
        quoted = ", ".join(f'"{word}"' for word in words.add)
        return (
            [Place(path=f"{KARGS}/90-serai-{words.name}.toml", text=f"{head}kargs = [{quoted}]\n")]
            if quoted
            else []
        )


class RpmOstree:
    """A running system of rpm-ostree: its program makes a new deployment with other arguments."""

    name = "rpm-ostree"

    def here(self, reach: Reach) -> str:
        return BOOTED if reach.has(BOOTED) or reach.has(REPOSITORY) else ""

    def owes(self, reach: Reach) -> tuple[str, ...]:
        return ()

    def coming(self, reach: Reach) -> list[Reading]:
        return lines(reach)

    def kept(self, reach: Reach) -> Reading | None:
        """The next deployment takes those of the newest one."""
        return None

    def _now(self, reach: Reach) -> str:
        """Of the deployment that boots next."""
        if not reach.live:
            return next((each.text for each in lines(reach)), "")
        return _run(reach, ("rpm-ostree", "kargs")).strip()

    def keep(self, reach: Reach, words: Words) -> Kept:
        return Kept(there=True, value=self.name, words=tuple(split(self._now(reach))))

    def diff(self, reach: Reach, words: Words) -> list[tuple[str, str | None, str]]:
        now = self._now(reach)
        wanted = words.edited(now)
        return [] if now == wanted else [("rpm-ostree kargs", f"{now}\n", f"{wanted}\n")]

    def write(self, reach: Reach, words: Words, before: Kept) -> None:
        now = split(self._now(reach))
        gone = [word for word in now if words.unwanted(word) and word not in words.add]
        self._edit(reach, [word for word in words.add if word not in now], gone)

    def undo(self, reach: Reach, words: Words, before: Kept, after: Kept | None) -> None:
        now, was = split(self._now(reach)), list(before.words)
        ours = [word for word in words.added(" ".join(was)) if word in now]
        back = [word for word in was if words.unwanted(word) and word not in now]
        self._edit(reach, back, ours)

    def conflict(self, reach: Reach, words: Words, before: Kept, after: Kept | None) -> str:
        return ""

    @staticmethod
    def _edit(reach: Reach, add: list[str], remove: list[str]) -> None:
        edits = [f"--append-if-missing={word}" for word in add] + [
            f"--delete-if-present={word}" for word in remove
        ]
        if not edits:
            return
        if not reach.live:
            raise SeraiError(
                Code.UNSUPPORTED,
                f"{reach.name}: the arguments of an ostree system are in its deployments, which only it can make",
                hint=f"on that system: rpm-ostree kargs {' '.join(edits)}",
            )
        _run(reach, ("rpm-ostree", "kargs", *edits))


def _run(reach: Reach, argv: tuple[str, ...]) -> str:
    done = reach.run(argv)
    if not done.ok:
        said = [line for line in (done.stderr or done.stdout).splitlines() if line.strip()]
        raise SeraiError(Code.FAILED, f"{' '.join(argv)}: {said[-1] if said else f'exit code {done.code}'}")
    return done.stdout
