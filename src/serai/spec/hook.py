"""Hooks: commands before and after each verb and each step, on the host or in the guest (GUI-6)."""

from enum import StrEnum

from msgspec import Meta

from serai.spec.base import Spec
from serai.spec.notes import Annotated


class On(StrEnum):
    HOST = "host"
    GUEST = "guest"


class OnError(StrEnum):
    HALT = "halt"
    CONTINUE = "continue"


VERBS = (
    "up",
    "reload",
    "halt",
    "suspend",
    "resume",
    "provision",
    "rsync",
    "package",
    "snapshot_save",
    "snapshot_restore",
    "snapshot_delete",
    "destroy",
)
"""What a person calls, and a hook can hang on."""


class Event(StrEnum):
    """Moments that a hook can hang on (GUI-6).

    Of a verb (up, halt, …): when a person calls it, and it has something to do with the machine. Of a step
    (create, start, ready, …): whenever it is done, whatever verb wants it. `all` is every verb; `provision` is
    around all blocks of a run, `block` around each.
    """

    BEFORE_ALL = "before_all"
    AFTER_ALL = "after_all"
    BEFORE_UP = "before_up"
    AFTER_UP = "after_up"
    BEFORE_RELOAD = "before_reload"
    AFTER_RELOAD = "after_reload"
    BEFORE_HALT = "before_halt"
    AFTER_HALT = "after_halt"
    BEFORE_SUSPEND = "before_suspend"
    AFTER_SUSPEND = "after_suspend"
    BEFORE_RESUME = "before_resume"
    AFTER_RESUME = "after_resume"
    BEFORE_PROVISION = "before_provision"
    AFTER_PROVISION = "after_provision"
    BEFORE_RSYNC = "before_rsync"
    AFTER_RSYNC = "after_rsync"
    BEFORE_PACKAGE = "before_package"
    AFTER_PACKAGE = "after_package"
    BEFORE_SNAPSHOT_SAVE = "before_snapshot_save"
    AFTER_SNAPSHOT_SAVE = "after_snapshot_save"
    BEFORE_SNAPSHOT_RESTORE = "before_snapshot_restore"
    AFTER_SNAPSHOT_RESTORE = "after_snapshot_restore"
    BEFORE_SNAPSHOT_DELETE = "before_snapshot_delete"
    AFTER_SNAPSHOT_DELETE = "after_snapshot_delete"
    BEFORE_DESTROY = "before_destroy"
    AFTER_DESTROY = "after_destroy"
    BEFORE_CREATE = "before_create"
    AFTER_CREATE = "after_create"
    BEFORE_START = "before_start"
    AFTER_START = "after_start"
    BEFORE_READY = "before_ready"
    AFTER_READY = "after_ready"
    BEFORE_SETTLE = "before_settle"
    AFTER_SETTLE = "after_settle"
    BEFORE_SYNC = "before_sync"
    AFTER_SYNC = "after_sync"
    BEFORE_CHANGE = "before_change"
    AFTER_CHANGE = "after_change"
    BEFORE_BLOCK = "before_block"
    AFTER_BLOCK = "after_block"
    BEFORE_STOP = "before_stop"
    AFTER_STOP = "after_stop"


Place = Annotated[str, Meta(pattern=r"^[^:]+:[0-9]+(:[0-9]+)?$")]
ExitCode = Annotated[int, Meta(ge=0, le=255)]


class Hook(Spec, frozen=True):
    """A command at a moment of the machine's life. Short: the command alone."""

    run: Annotated[str | None, Meta(description="a shell command")] = None
    path: Annotated[str | None, Meta(description="a script of the project in its place")] = None
    ruby: Annotated[
        Place | None,
        Meta(
            description="a block of Ruby of the Vagrantfile in its place, by where its trigger stands",
            examples=["Vagrantfile:12:3"],
        ),
    ] = None
    args: Annotated[list[str], Meta(description="arguments of the command or script")] = []
    env: Annotated[dict[str, str], Meta(description="its environment, over the machine's")] = {}
    info: Annotated[str | None, Meta(description="said before it runs")] = None
    warn: Annotated[str | None, Meta(description="said before it runs, as a warning")] = None
    abort: Annotated[bool, Meta(description="stops the verb here, as one that fails")] = False
    on: Annotated[On, Meta(description="where: host (in the project directory) or guest")] = On.HOST
    privileged: Annotated[bool, Meta(description="in the guest, as root")] = False
    on_error: Annotated[
        OnError | None,
        Meta(
            description="halt stops this machine's steps; continue only says so. "
            "Default: halt, but continue before halt and destroy"
        ),
    ] = None
    exit_codes: Annotated[list[ExitCode], Meta(description="what counts as success; default: 0")] = []
    only_on: Annotated[
        list[str],
        Meta(
            description="only for these machines, by name, glob or /regular expression/",
            examples=[["db", "web-*", "/^node[0-9]+$/"]],
        ),
    ] = []
    ignore: Annotated[
        list[str], Meta(description="verbs in which it does not fire", examples=[["destroy", "halt"]])
    ] = []
    once: Annotated[
        bool, Meta(description="once a call of the verb, whatever machines it is about: on the host alone")
    ] = False
