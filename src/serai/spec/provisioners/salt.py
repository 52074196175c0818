"""Salt: a minion with or without a master, and a master (VAG-10)."""

from collections.abc import Iterator
from enum import StrEnum
from typing import Any

from msgspec import Meta

from serai.spec.base import Spec
from serai.spec.notes import Annotated

PATH = {"path": True}
CONFIG_DIR = "/var/lib/serai/salt"
OVERSTATE = "Salt has no overstate any more: orchestrations have taken its place"
"""Source: Salt's release notes: deprecated from 2014.7 on, to be gone in Boron."""
OWN_WAYS = ("package", "pip")
"""Ways of install_type that need no bootstrap script."""


class LogLevel(StrEnum):
    """What salt's programs take as --log-level."""

    ALL = "all"
    GARBAGE = "garbage"
    TRACE = "trace"
    DEBUG = "debug"
    PROFILE = "profile"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"
    CRITICAL = "critical"
    QUIET = "quiet"


class Salt(Spec, frozen=True):
    """A minion, a master, or both. Short: the minion's configuration, a file.

    Debian has had no Salt since 12 and most others have none: where the guest has no package of it, it comes from
    the Python package index, into an environment of its own.
    """

    # The minion.
    masterless: Annotated[bool, Meta(description="states come from the guest's own files (salt-call --local)")] = (
        False
    )
    minion_config: Annotated[
        str | None, Meta(description="its /etc/salt/minion; default: salt/minion, where that is there", extra=PATH)
    ] = None
    minion_json_config: Annotated[
        str | None, Meta(description="the same as a text of JSON, in place of a file")
    ] = None
    minion_id: Annotated[str | None, Meta(description="its name; default: the guest's own")] = None
    minion_key: Annotated[
        str | None, Meta(description="its private key; default: salt/key/minion.key, with minion.pub", extra=PATH)
    ] = None
    minion_pub: Annotated[str | None, Meta(description="its public key", extra=PATH)] = None
    grains_config: Annotated[str | None, Meta(description="its /etc/salt/grains", extra=PATH)] = None
    no_minion: Annotated[bool, Meta(description="no minion, a master alone")] = False
    run_service: Annotated[
        bool | None, Meta(description="whether the minion runs on; default: unless it is masterless")
    ] = None

    # The master.
    install_master: Annotated[bool, Meta(description="a master in this guest")] = False
    master_config: Annotated[
        str | None, Meta(description="its /etc/salt/master; default: salt/master, where that is there", extra=PATH)
    ] = None
    master_json_config: Annotated[
        str | None, Meta(description="the same as a text of JSON, in place of a file")
    ] = None
    master_key: Annotated[
        str | None, Meta(description="its private key; default: salt/key/master.key, with master.pub", extra=PATH)
    ] = None
    master_pub: Annotated[str | None, Meta(description="its public key", extra=PATH)] = None
    seed_master: Annotated[
        dict[str, str],
        Meta(description="minions it knows: name, and the file of its public key", examples=[{"web": "web.pub"}]),
    ] = {}
    install_syndic: Annotated[bool, Meta(description="a syndic beside the master")] = False
    master_id: Annotated[
        str | None, Meta(description="the master that the minion asks; default: as its configuration says")
    ] = None

    # States.
    file_root: Annotated[
        str | None,
        Meta(description="directory of states, copied into the guest as its file_roots", extra=PATH),
    ] = None
    pillar_root: Annotated[
        str | None, Meta(description="directory of pillar files, copied as its pillar_roots", extra=PATH)
    ] = None
    pillar: Annotated[
        dict[str, Any], Meta(description="pillar over that of files; an argument of salt, which the guest can see")
    ] = {}
    run_highstate: Annotated[bool, Meta(description="apply the states: on a master those of all its minions")] = (
        False
    )
    orchestrations: Annotated[
        list[str], Meta(description="what the master orchestrates, one after another", examples=[["orch.deploy"]])
    ] = []
    run_overstate: Annotated[bool, Meta(description="refused: Salt has none any more, see orchestrations")] = False
    salt_call_args: Annotated[list[str], Meta(description="further arguments of salt-call")] = []
    salt_args: Annotated[list[str], Meta(description="further arguments of salt, on a master")] = []
    verbose: Annotated[bool, Meta(description="show states that are as they should be, too")] = False
    colorize: Annotated[bool, Meta(description="its output in colour")] = False
    log_level: Annotated[LogLevel, Meta(description="what it logs to its output; Vagrant's default is debug")] = (
        LogLevel.WARNING
    )

    # The installation.
    install_type: Annotated[
        str | None,
        Meta(
            description="package: the guest's package manager; pip: the Python package index; default: that where "
            "there is no package. Another word is the bootstrap script's (stable, git, onedir)"
        ),
    ] = None
    version: Annotated[str | None, Meta(description="the version, or how it begins", examples=["3006.9"])] = None
    install_args: Annotated[
        str | None, Meta(description="further arguments of pip, or words after the script's install_type")
    ] = None
    install_command: Annotated[
        str | None, Meta(description="in place of the script's install_type, install_args and version")
    ] = None
    bootstrap_script: Annotated[
        str | None, Meta(description="a script that installs it by salt-bootstrap's options", extra=PATH)
    ] = None
    bootstrap_options: Annotated[str | None, Meta(description="further options of that script")] = None
    python_version: Annotated[
        Annotated[str, Meta(pattern=r"^[0-9]+(\.[0-9]+)?$")] | None,
        Meta(description="the Python it runs by, for pip and the script", examples=["3", "3.11"]),
    ] = None
    always_install: Annotated[bool, Meta(description="install it although it is there")] = False
    temp_config_dir: Annotated[
        Annotated[str, Meta(pattern="^/")],
        Meta(description="where files lie before they are put in place; Vagrant's /tmp is everybody's to write"),
    ] = CONFIG_DIR

    def problems(self) -> Iterator[tuple[str, str, str]]:
        """(key, what is wrong, what to do) of keys that do not go together."""
        if self.run_overstate:
            yield "run_overstate", OVERSTATE, "write an orchestration, and its name in orchestrations"
        if self.orchestrations and not self.install_master:
            yield "orchestrations", "a master orchestrates, and this is none", "install_master: true"
        if self.seed_master and not self.install_master:
            yield "seed_master", "a master knows keys, and this is none", "install_master: true"
        if self.install_master and self.run_highstate and not (self.no_minion or self.seed_master):
            text = "the master would wait for a minion whose key it does not know"
            yield "run_highstate", text, "seed_master: its name and its public key, or no_minion: true"
        for one, other in (("minion_key", "minion_pub"), ("master_key", "master_pub")):
            if bool(getattr(self, one)) != bool(getattr(self, other)):
                yield one if getattr(self, one) else other, f"{one} and {other} go together", "state both, or none"
        for one, other in (("minion_config", "minion_json_config"), ("master_config", "master_json_config")):
            if getattr(self, one) and getattr(self, other):
                yield other, f"{one} is stated, too", "keep one of them"
        yield from self._installation()

    def _installation(self) -> Iterator[tuple[str, str, str]]:
        if self.bootstrap_script:
            return
        if self.install_type and self.install_type not in OWN_WAYS:
            text = f"{self.install_type!r} is a word of a bootstrap script, and none is stated"
            yield "install_type", text, "bootstrap_script: its file; or package, or pip"
        for key in ("bootstrap_options", "install_command"):
            if getattr(self, key):
                yield key, "it goes with bootstrap_script, which is not stated", "name the script"
        if self.install_args and self.install_type != "pip":
            yield "install_args", "they go with install_type: pip, or with a bootstrap_script", "state one of them"
