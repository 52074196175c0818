"""Every command of vagrant's with its flags, and what serai's are called. Pure.

Source: `vagrant COMMAND --help` of Vagrant 2.3.4 and vagrant-libvirt 0.11.2.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from serai.util.errors import Code, SeraiError, did_you_mean


class Flag(msgspec.Struct, frozen=True):
    """A flag: the words that serai takes for it; `takes` it a value, which follows them."""

    words: tuple[str, ...] = ()
    takes: bool = False
    why: str = ""
    """Why it has no effect here, where it has none."""
    refused: str = ""
    """Why it cannot be done, where it must not be passed over."""


class Verb(msgspec.Struct, frozen=True):
    """A command: serai's words for it, its flags, or why there is none."""

    words: tuple[str, ...] = ()
    flags: Mapping[str, Flag] = {}
    verbs: Mapping[str, Verb] = {}
    """Commands below it (`snapshot save`)."""
    refused: str = ""
    why: str = ""
    """With `refused`: the way on."""
    last: bool = False
    """Vagrant has a machine's name first, then the snapshot's; serai the other way round."""


def same(*names: str, takes: bool = False) -> dict[str, Flag]:
    """Flags that serai calls the same."""
    return {name: Flag((name,), takes) for name in names}


def none(why: str, *names: str, takes: bool = False) -> dict[str, Flag]:
    """Flags without an effect, and why."""
    return {name: Flag(takes=takes, why=why) for name in names}


PROVISION = {
    "--provision": Flag(("--provision",)),
    "--no-provision": Flag(("--no-provision",)),
    "--provision-with": Flag(("--provision-with",), True),
}
IN_TREE = "providers are part of serai"
TLS = {
    "--insecure": Flag(("--insecure",)),
    "--cacert": Flag(("--cacert",), True),
    "--capath": Flag(("--capath",), True),
    "--cert": Flag(("--cert",), True),
}
AT_ONCE = none("machines are always destroyed at once, those that others come after last", "--parallel")
UP = (
    PROVISION
    | same("--destroy-on-error", "--parallel", "--no-parallel")
    | {"--no-destroy-on-error": Flag(), "--provider": Flag(("--provider",), True)}
    | none(IN_TREE, "--install-provider", "--no-install-provider")
)
RESTORE = {"--no-start": Flag(("--no-start",))} | {
    name: flag for name, flag in PROVISION.items() if name != "--provision-with"
}
SNAPSHOT = {
    "save": Verb(("snapshot", "save"), same("-f", "--force"), last=True),
    "restore": Verb(("snapshot", "restore", "--start"), RESTORE, last=True),
    "delete": Verb(("snapshot", "delete"), last=True),
    "list": Verb(("snapshot", "list")),
    "push": Verb(("snapshot", "push")),
    "pop": Verb(("snapshot", "pop", "--start"), RESTORE | same("--no-delete")),
}
BOX_ADD = (
    TLS
    | same("-f", "--force", "--location-trusted")
    | same("--provider", "--box-version", "--checksum", "--checksum-type", "--name", takes=True)
    | {"-a": Flag(("--architecture",), True), "--architecture": Flag(("--architecture",), True)}
    | none("a download that was cut off goes on where its bytes are the same", "-c", "--clean")
)
BOX = {
    "add": Verb(("box", "add"), BOX_ADD),
    "list": Verb(("box", "list"), {"-i": Flag(("-i",)), "--box-info": Flag(("-i",))}),
    "outdated": Verb(("box", "outdated"), TLS | same("--global", "-f", "--force")),
    "update": Verb(
        ("box", "update"), TLS | same("--box", "--provider", "--architecture", takes=True) | same("-f", "--force")
    ),
    "prune": Verb(
        ("box", "prune"),
        same("-p", "--provider", "--name", takes=True)
        | same("-n", "--dry-run", "-f", "--force", "-k", "--keep-active-boxes"),
    ),
    "remove": Verb(
        ("box", "remove"),
        same("-f", "--force", "--all", "--all-providers", "--all-architectures")
        | same("--provider", "--box-version", "--architecture", takes=True),
    ),
    "repackage": Verb(("box", "repackage")),
}
WINDOWS = "Windows guests are reached by WinRM, which serai does not speak yet"
CLOUD = "serai publishes nothing: put the box and its JSON where a web server has them"
DOCKER = "serai has no docker provider yet"

VERBS: dict[str, Verb] = {
    "up": Verb(("up", "-y"), UP),
    "halt": Verb(("halt",), same("-f", "--force")),
    "destroy": Verb(
        ("destroy",),
        {"-f": Flag(("-y",)), "--force": Flag(("-y",)), "-g": Flag(("-g",)), "--graceful": Flag(("-g",))}
        | AT_ONCE
        | none("they are destroyed at once all the same", "--no-parallel"),
    ),
    "reload": Verb(("reload", "-y"), PROVISION | same("-f", "--force")),
    "suspend": Verb(
        ("suspend", "--to-disk"), {"-a": Flag(("--all-global",)), "--all-global": Flag(("--all-global",))}
    ),
    "resume": Verb(("resume",), PROVISION),
    "provision": Verb(("provision",), {"--provision-with": Flag(("--provision-with",), True)}),
    "status": Verb(("status",)),
    "global-status": Verb(("global-status",), same("--prune")),
    "ssh": Verb(
        ("ssh",),
        {
            "-c": Flag(("-c",), True),
            "--command": Flag(("-c",), True),
            "-p": Flag(("-p",)),
            "--plain": Flag(("-p",)),
            "-t": Flag(("-t",)),
            "--tty": Flag(("-t",)),
            "--no-tty": Flag(("-T",)),
        },
    ),
    "ssh-config": Verb(("ssh-config",), same("--host", takes=True)),
    "port": Verb(("port",), same("--guest", takes=True)),
    "snapshot": Verb(verbs=SNAPSHOT),
    "box": Verb(verbs=BOX),
    "package": Verb(
        ("package",),
        same("--output", "--include", "--info", "--vagrantfile", takes=True)
        | {"--base": Flag(takes=True, refused="only machines of a project are packaged: adopt it first")},
    ),
    "upload": Verb(
        ("upload",),
        same("-t", "--temporary")
        | none("what is copied is packed on its way in any case", "-c", "--compress")
        | none("what is copied is packed as tar on its way", "-C", "--compression-type", takes=True),
    ),
    "rsync": Verb(("rsync",), none("the owner is the folder's own", "--rsync-chown", "--no-rsync-chown")),
    "rsync-auto": Verb(
        ("rsync-auto",),
        same("--poll")
        | {"--no-poll": Flag()}
        | none("the owner is the folder's own", "--rsync-chown", "--no-rsync-chown"),
    ),
    "validate": Verb(("validate",), none("providers are looked at by `serai plan`", "-p", "--ignore-provider")),
    "init": Verb(),  # written by the shim itself: it makes a Vagrantfile
    "plugin": Verb(),
    "version": Verb(),
    "list-commands": Verb(),
    "help": Verb(),
    "autocomplete": Verb(refused="completion is printed, not installed", why="serai completion bash"),
    "provider": Verb(refused="which provider a machine is on is told by `serai status`", why="serai status"),
    "cap": Verb(refused="what a provider can do is its own matter here", why="serai explain provider"),
    "push": Verb(refused="serai deploys nothing", why="a provisioner, or your own command"),
    "login": Verb(refused=CLOUD, why="serai box add URL"),
    "cloud": Verb(refused=CLOUD, why="serai box add URL"),
    "share": Verb(refused="serai opens no way in from the outside", why="serai ssh NAME -- -R 8080:localhost:80"),
    "connect": Verb(
        refused="serai opens no way in from the outside", why="serai ssh NAME -- -L 8080:localhost:80"
    ),
    "winrm": Verb(refused=WINDOWS, why="serai console NAME"),
    "winrm-config": Verb(refused=WINDOWS, why="serai console NAME"),
    "powershell": Verb(refused=WINDOWS, why="serai console NAME"),
    "rdp": Verb(refused=WINDOWS, why="serai screenshot NAME"),
    "docker-exec": Verb(refused=DOCKER, why="serai exec NAME -- CMD"),
    "docker-logs": Verb(refused=DOCKER, why="serai logs NAME"),
    "docker-run": Verb(refused=DOCKER, why="serai exec NAME -- CMD"),
}


class Line(msgspec.Struct, frozen=True):
    """A vagrant command line, understood: serai's words, and sentences about what has no effect."""

    words: tuple[str, ...]
    notes: tuple[str, ...] = ()


def translate(args: Sequence[str]) -> Line:
    """serai's words for `args`, a vagrant command with its flags (global flags are taken off already).

    Raises SeraiError: Code.USAGE for what vagrant does not know either, Code.UNSUPPORTED with the reason.
    """
    name, *rest = args
    verb = _verb(VERBS, name, "vagrant")
    while verb.verbs:
        if not rest or rest[0].startswith("-"):
            below = ", ".join(verb.verbs)
            raise SeraiError(Code.USAGE, f"vagrant {name}: one of {below} is missing", hint="serai vagrant help")
        name = f"{name} {rest[0]}"
        verb = _verb(verb.verbs, rest[0], f"vagrant {name}")
        rest = rest[1:]
    if verb.refused:
        raise SeraiError(Code.UNSUPPORTED, f"vagrant {name}: {verb.refused}", hint=verb.why)
    return _flags(name, verb, rest)


def _verb(verbs: Mapping[str, Verb], name: str, of: str) -> Verb:
    found = verbs.get(name)
    if found is None:
        hint = did_you_mean(name, list(verbs)) or "serai vagrant list-commands"
        raise SeraiError(Code.USAGE, f"{of} has no command {name!r}", hint=hint)
    return found


def _flags(name: str, verb: Verb, args: Sequence[str]) -> Line:
    words, names, notes = list(verb.words), [], []
    todo = list(args)
    while todo:
        arg = todo.pop(0)
        if arg == "--":
            names += ["--", *todo]
            break
        if not arg.startswith("-") or arg == "-":
            names.append(arg)
            continue
        key, equals, value = arg.partition("=") if arg.startswith("--") else (arg[:2], "", arg[2:])
        flag = verb.flags.get(key)
        if flag is None:
            hint = did_you_mean(key, list(verb.flags)) or f"serai {' '.join(verb.words) or name} --help"
            raise SeraiError(Code.USAGE, f"vagrant {name} has no option {key}", hint=hint)
        if flag.refused:
            raise SeraiError(Code.UNSUPPORTED, f"vagrant {name} {key}: {flag.refused}", hint="serai adopt NAME")
        if flag.takes and not (equals or value):
            if not todo:
                raise SeraiError(Code.USAGE, f"vagrant {name}: {key} needs a value")
            value = todo.pop(0)
        elif not flag.takes and value and not equals:
            todo.insert(0, f"-{value}")  # -fg is -f -g
        words += [*flag.words, value] if flag.takes and flag.words else flag.words
        if flag.why:
            notes.append(f"{key} has no effect: {flag.why}")
    if verb.last and names:
        names.insert(0, names.pop())
    return Line((*words, *names), tuple(notes))
