"""Puppet: manifests of the project, or those of a server (VAG-10)."""

from typing import Annotated, Any

from msgspec import Meta

from serai.spec.base import PATH, Spec


class PuppetOptions(Spec, frozen=True):
    """What both have."""

    binary_path: Annotated[str | None, Meta(description="directory of puppet in the guest")] = None
    facter: Annotated[dict[str, Any], Meta(description="facts of your own", examples=[{"role": "web"}])] = {}
    options: Annotated[list[str], Meta(description="further arguments, as they are")] = []


class Puppet(PuppetOptions, frozen=True):
    """A manifest or an environment of the project, applied in the guest. Short: the manifest's path.

    A directory with `vm:` before it is one of the guest.
    """

    structured_facts: Annotated[
        bool | None, Meta(description="facts as a file, with their types; default: where puppet is 4 or later")
    ] = None
    hiera_config_path: Annotated[str | None, Meta(description="hiera.yaml of the project", extra=PATH)] = None
    manifest_file: Annotated[str, Meta(description="the manifest, below `manifests_path`")] = "default.pp"
    manifests_path: Annotated[
        str | None,
        Meta(description="directory of manifests; default: `manifests`, if there is no `environment_path`"),
    ] = None
    environment: Annotated[str, Meta(description="the environment, a directory below `environment_path`")] = (
        "production"
    )
    environment_path: Annotated[str | None, Meta(description="directory of environments")] = None
    environment_variables: Annotated[dict[str, str], Meta(description="environment of puppet itself")] = {}
    module_path: Annotated[list[str], Meta(description="directories of modules")] = []
    synced_folder_type: Annotated[
        str | None, Meta(description="how directories get into the guest; default: copied")
    ] = None
    synced_folder_args: Annotated[list[str], Meta(description="further arguments of rsync")] = []
    temp_dir: Annotated[str, Meta(description="where they lie in the guest")] = "/tmp/vagrant-puppet"
    working_directory: Annotated[str | None, Meta(description="where puppet runs, in the guest")] = None


class PuppetServer(PuppetOptions, frozen=True):
    """A run of the agent against a server. Short: the server's name."""

    client_cert_path: Annotated[
        str | None, Meta(description="certificate of the agent, a file of the project", extra=PATH)
    ] = None
    client_private_key_path: Annotated[str | None, Meta(description="its private key", extra=PATH)] = None
    puppet_server: Annotated[str, Meta(description="the server's name")] = "puppet"
    puppet_node: Annotated[str | None, Meta(description="the name of this node; default: the guest's own")] = None
