"""Users and groups with fixed ids, and who belongs to a group: by the programs of shadow."""

from __future__ import annotations

from serai.host.changes.change import Change, Kept, Seen, State
from serai.host.changes.running import must
from serai.host.reach.contract import Reach
from serai.util.errors import Code, SeraiError

PASSWD, GROUP = "/etc/passwd", "/etc/group"


class MakeGroup(Change, frozen=True, kw_only=True, tag="group"):
    """The group `name` with the id `gid`. `users`: whose first group it is by our own doing."""

    name: str
    gid: int
    users: tuple[str, ...] = ()

    @property
    def subject(self) -> str:
        return f"group {self.name}"

    def title(self) -> str:
        return f"group {self.name}, id {self.gid}"

    def holds(self, reach: Reach) -> bool:
        return field(reach, GROUP, self.name, 2) == str(self.gid)

    def diff(self, reach: Reach) -> list[str]:
        return [f"+{self.name}:x:{self.gid}:"]

    def before(self, reach: Reach) -> Kept:
        return Kept(there=bool(line(reach, GROUP, self.name)), value=line(reach, GROUP, self.name))

    def do(self, reach: Reach, before: Kept) -> None:
        _free(reach, GROUP, self.name, self.gid)
        if not self.holds(reach):
            must(reach, "groupadd", "-g", str(self.gid), self.name)

    def read_back(self, reach: Reach) -> Seen:
        now = line(reach, GROUP, self.name)
        return Seen(State.DONE if self.holds(reach) else State.LOST, GROUP, now or f"no {self.name}")

    def conflict(self, reach: Reach, before: Kept, after: Kept | None) -> str:
        if before.there:
            return ""
        others = [user for user in members(reach, self.name) if after is None or user not in _of(after.value)]
        first = [entry.split(":")[0] for entry in lines(reach, PASSWD) if entry.split(":")[3:4] == [str(self.gid)]]
        used = [*others, *(user for user in first if user not in self.users)]
        return f"{used[0]} belongs to the group {self.name}, which would go" if used else ""

    def undo(self, reach: Reach, before: Kept, after: Kept | None) -> None:
        if not before.there and self.holds(reach):
            must(reach, "groupdel", self.name)


class MakeUser(Change, frozen=True, kw_only=True, tag="user"):
    """A user for a service: no password, no home of its own, no shell."""

    name: str
    uid: int
    gid: int
    comment: str = ""

    @property
    def subject(self) -> str:
        return f"user {self.name}"

    def title(self) -> str:
        return f"user {self.name}, id {self.uid}, group {self.gid}"

    def holds(self, reach: Reach) -> bool:
        return line(reach, PASSWD, self.name).split(":")[2:4] == [str(self.uid), str(self.gid)]

    def diff(self, reach: Reach) -> list[str]:
        return [f"+{self.name}:x:{self.uid}:{self.gid}:{self.comment}:/:/sbin/nologin"]

    def before(self, reach: Reach) -> Kept:
        return Kept(there=bool(line(reach, PASSWD, self.name)), value=line(reach, PASSWD, self.name))

    def do(self, reach: Reach, before: Kept) -> None:
        _free(reach, PASSWD, self.name, self.uid)
        if self.holds(reach):
            return
        ids = ("-u", str(self.uid), "-g", str(self.gid))
        must(reach, "useradd", *ids, "-M", "-d", "/", "-s", "/sbin/nologin", "-c", self.comment, self.name)

    def read_back(self, reach: Reach) -> Seen:
        now = line(reach, PASSWD, self.name)
        return Seen(State.DONE if self.holds(reach) else State.LOST, PASSWD, now or f"no {self.name}")

    def conflict(self, reach: Reach, before: Kept, after: Kept | None) -> str:
        now = line(reach, PASSWD, self.name)
        known = [before.value, after.value if after else now, ""]
        return "" if now in known else f"the user {self.name} was changed since: {now}"

    def undo(self, reach: Reach, before: Kept, after: Kept | None) -> None:
        if not before.there and line(reach, PASSWD, self.name):
            must(reach, "userdel", self.name)


class JoinGroup(Change, frozen=True, kw_only=True, tag="member"):
    """`user` belongs to `group`, from the next login on."""

    user: str
    group: str

    @property
    def subject(self) -> str:
        return f"{self.user} in {self.group}"

    def title(self) -> str:
        return f"add {self.user} to the group {self.group}"

    def holds(self, reach: Reach) -> bool:
        return self.user in members(reach, self.group)

    def diff(self, reach: Reach) -> list[str]:
        return [f"{GROUP}: {self.group}: +{self.user}"]

    def before(self, reach: Reach) -> Kept:
        return Kept(there=self.holds(reach), value=line(reach, GROUP, self.group))

    def do(self, reach: Reach, before: Kept) -> None:
        if not line(reach, GROUP, self.group):
            raise SeraiError(Code.MISSING, f"there is no group {self.group}", hint="its package makes it")
        if not self.holds(reach):
            must(reach, "usermod", "-a", "-G", self.group, self.user)

    def read_back(self, reach: Reach) -> Seen:
        if self.holds(reach):
            return Seen(
                State.DONE, GROUP, line(reach, GROUP, self.group), f"{self.user} has it from the next login on"
            )
        return Seen(State.LOST, GROUP, line(reach, GROUP, self.group), f"{self.user} is not in it")

    def conflict(self, reach: Reach, before: Kept, after: Kept | None) -> str:
        return ""

    def undo(self, reach: Reach, before: Kept, after: Kept | None) -> None:
        if not before.there and self.holds(reach):
            must(reach, "gpasswd", "-d", self.user, self.group)


def lines(reach: Reach, path: str) -> list[str]:
    return (reach.read(path) or b"").decode(errors="replace").splitlines()


def line(reach: Reach, path: str, name: str) -> str:
    """The line of a name in passwd or group; empty: there is none."""
    return next((each for each in lines(reach, path) if each.startswith(f"{name}:")), "")


def field(reach: Reach, path: str, name: str, index: int) -> str:
    words = line(reach, path, name).split(":")
    return words[index] if len(words) > index else ""


def members(reach: Reach, group: str) -> list[str]:
    return _of(line(reach, GROUP, group))


def _of(entry: str) -> list[str]:
    return [name for name in entry.rpartition(":")[2].split(",") if name]


def holder(reach: Reach, path: str, number: int) -> str:
    """Who has an id; empty: nobody."""
    found = (each.split(":") for each in lines(reach, path))
    return next((words[0] for words in found if words[2:3] == [str(number)]), "")


def _free(reach: Reach, path: str, name: str, number: int) -> None:
    """Raises SeraiError (Code.REFUSED) where another has the name or the id."""
    what = "user" if path == PASSWD else "group"
    who, has = holder(reach, path, number), field(reach, path, name, 2)
    if who and who != name:
        raise SeraiError(
            Code.REFUSED,
            f"{path}: the {what} id {number} belongs to {who}",
            hint=f"give {who} another id, its files too: serai does not change who owns files",
        )
    if has and has != str(number):
        raise SeraiError(
            Code.REFUSED,
            f"{path}: {name} is there with the id {has}, not {number}",
            hint="files of that id would have another owner: change it by hand, if at all",
        )
