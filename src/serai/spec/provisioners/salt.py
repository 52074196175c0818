"""Salt: a minion with or without a master, and a master (VAG-10)."""

from typing import Annotated, Any

from msgspec import Meta

from serai.spec.base import PATH, Spec


class Salt(Spec, frozen=True):
    """A minion, a master, or both. Short: `true`, or the minion's configuration."""

    minion_config: Annotated[str | None, Meta(description="the minion's configuration, a file", extra=PATH)] = None
    minion_json_config: Annotated[str | None, Meta(description="the same as a text of JSON, over the file")] = None
    minion_key: Annotated[str | None, Meta(description="the minion's private key", extra=PATH)] = None
    minion_pub: Annotated[str | None, Meta(description="and its public key", extra=PATH)] = None
    minion_id: Annotated[str | None, Meta(description="the minion's name; default: the guest's own")] = None
    master_config: Annotated[str | None, Meta(description="the master's configuration, a file", extra=PATH)] = None
    master_json_config: Annotated[str | None, Meta(description="the same as a text of JSON, over the file")] = None
    master_key: Annotated[str | None, Meta(description="the master's private key", extra=PATH)] = None
    master_pub: Annotated[str | None, Meta(description="and its public key", extra=PATH)] = None
    master_id: Annotated[str | None, Meta(description="the master's name")] = None
    grains_config: Annotated[str | None, Meta(description="grains, a file", extra=PATH)] = None
    masterless: Annotated[bool, Meta(description="states come from the minion's own files")] = False
    run_highstate: Annotated[bool, Meta(description="apply the states")] = False
    run_overstate: Annotated[bool, Meta(description="run the overstate, which Salt has had until 2015")] = False
    orchestrations: Annotated[list[str], Meta(description="orchestrations that the master runs")] = []
    always_install: Annotated[bool, Meta(description="install also where it is there")] = False
    bootstrap_script: Annotated[
        str | None, Meta(description="a script of the project that installs it", extra=PATH)
    ] = None
    bootstrap_options: Annotated[str | None, Meta(description="arguments of that script")] = None
    verbose: Annotated[bool, Meta(description="show what the installation says")] = False
    seed_master: Annotated[
        dict[str, str], Meta(description="public keys that the master takes: minion, and the file of its key")
    ] = {}
    pillar: Annotated[dict[str, Any], Meta(description="pillar, over the one of files")] = {}
    colorize: Annotated[bool, Meta(description="its output in colour")] = False
    log_level: Annotated[str | None, Meta(description="how much it says", examples=["debug"])] = None
    salt_call_args: Annotated[list[str], Meta(description="further arguments of salt-call")] = []
    salt_args: Annotated[list[str], Meta(description="further arguments of salt")] = []
    temp_config_dir: Annotated[str | None, Meta(description="where files are put before they are installed")] = (
        None
    )
    install_type: Annotated[str | None, Meta(description="stable, git, daily, testing, pip")] = None
    install_args: Annotated[str | None, Meta(description="of git: the branch or tag")] = None
    install_command: Annotated[str | None, Meta(description="all words after the script's options")] = None
    install_master: Annotated[bool, Meta(description="install a master, too")] = False
    install_syndic: Annotated[bool, Meta(description="install a syndic, too")] = False
    no_minion: Annotated[bool, Meta(description="install no minion")] = False
    version: Annotated[str | None, Meta(description="the version that is installed", examples=["3006.9"])] = None
    python_version: Annotated[str | None, Meta(description="2 or 3; for the script")] = None
    run_service: Annotated[bool | None, Meta(description="start the minion's service; default: with a master")] = (
        None
    )
