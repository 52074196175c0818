"""CFEngine: a host of a policy hub, the hub itself, or one run (VAG-10)."""

from enum import StrEnum

from msgspec import Meta

from serai.spec.base import PATH, Spec
from serai.spec.notes import Annotated


class CfengineMode(StrEnum):
    BOOTSTRAP = "bootstrap"
    SINGLE_RUN = "single_run"


class Cfengine(Spec, frozen=True):
    """A host that follows a policy hub, the hub itself, or one run of a policy."""

    am_policy_hub: Annotated[bool, Meta(description="this machine is the hub")] = False
    extra_agent_args: Annotated[str | None, Meta(description="further arguments of cf-agent")] = None
    classes: Annotated[list[str], Meta(description="classes that are defined")] = []
    deb_repo_file: Annotated[str, Meta(description="where apt's source of it is written")] = (
        "/etc/apt/sources.list.d/cfengine-community.list"
    )
    deb_repo_line: Annotated[
        str | None, Meta(description="apt's source of it; default: the guest's own packages")
    ] = None
    files_path: Annotated[
        str | None,
        Meta(description="directory whose content goes into its work directory (/var/cfengine)", extra=PATH),
    ] = None
    force_bootstrap: Annotated[bool, Meta(description="bootstrap again")] = False
    install: Annotated[bool | str, Meta(description="install it where it is missing; `force`: anyway")] = True
    mode: Annotated[CfengineMode, Meta(description="join a hub, or one run of `run_file`")] = (
        CfengineMode.BOOTSTRAP
    )
    policy_server_address: Annotated[str | None, Meta(description="the hub")] = None
    repo_gpg_key_url: Annotated[str, Meta(description="the key of its packages")] = (
        "https://cfengine.com/pub/gpg.key"
    )
    run_file: Annotated[str | None, Meta(description="a policy of the project that is run once", extra=PATH)] = (
        None
    )
    upload_path: Annotated[
        str, Meta(description="where that lies in the guest; /tmp, which is Vagrant's, is everybody's")
    ] = "/var/lib/serai/policy.cf"
    yum_repo_file: Annotated[str, Meta(description="where dnf's source of it is written")] = (
        "/etc/yum.repos.d/cfengine-community.repo"
    )
    yum_repo_url: Annotated[
        str | None, Meta(description="dnf's source of it; default: the guest's own packages")
    ] = None
    package_name: Annotated[
        str | None,
        Meta(description="what is installed; default: the guest's own", examples=["cfengine-community"]),
    ] = None
