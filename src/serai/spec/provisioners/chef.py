"""Chef: solo, zero, client, apply (VAG-10)."""

from typing import Any

from msgspec import Meta

from serai.spec.base import PATH, Spec
from serai.spec.notes import Annotated
from serai.spec.provision import ScriptChecksum


class ChefOptions(Spec, frozen=True, kw_only=True):
    """What all of them have."""

    binary_path: Annotated[str | None, Meta(description="directory of Chef's programs in the guest")] = None
    binary_env: Annotated[str | None, Meta(description="words before them, that set its environment")] = None
    product: Annotated[str, Meta(description="what is installed")] = "chef"
    install: Annotated[bool | str, Meta(description="install it where it is missing; `force`: anyway")] = True
    log_level: Annotated[str, Meta(description="how much it says")] = "info"
    channel: Annotated[str, Meta(description="stable, current or unstable")] = "stable"
    version: Annotated[str, Meta(description="the version that is installed")] = "latest"
    omnibus_url: Annotated[
        str | None,
        Meta(
            description="the vendor's index of packages, or a directory of the project laid out alike: "
            "the host asks it, and verifies what it names; default: the guest's own packages",
            examples=["https://omnitruck.chef.io"],
        ),
    ] = None
    installer: Annotated[
        str | None,
        Meta(description="the package (.deb, .rpm) or script (.sh) that installs it: a file, or a URL"),
    ] = None
    installer_checksum: Annotated[
        ScriptChecksum | None, Meta(description="digest of the installer; needed by http:", examples=["sha256:…"])
    ] = None
    installer_download_path: Annotated[
        str | None,
        Meta(description="directory of the guest for the installer; default: /var/cache/serai"),
    ] = None


class ChefRunner(ChefOptions, frozen=True, kw_only=True):
    """What those have that converge a node."""

    arguments: Annotated[str | None, Meta(description="further arguments, as they are")] = None
    attempts: Annotated[int, Meta(ge=1, description="how often it is tried")] = 1
    custom_config_path: Annotated[str | None, Meta(description="a file of settings of your own", extra=PATH)] = (
        None
    )
    encrypted_data_bag_secret_key_path: Annotated[
        str | None, Meta(description="the secret of encrypted data bags, a file", extra=PATH)
    ] = None
    environment: Annotated[str | None, Meta(description="the node's environment")] = None
    formatter: Annotated[str | None, Meta(description="how its output looks")] = None
    http_proxy: Annotated[str | None, Meta(description="its proxy")] = None
    http_proxy_user: Annotated[str | None, Meta(description="who it is at the proxy")] = None
    http_proxy_pass: Annotated[str | None, Meta(description="and the password")] = None
    https_proxy: Annotated[str | None, Meta(description="its proxy of https")] = None
    https_proxy_user: Annotated[str | None, Meta(description="who it is at that proxy")] = None
    https_proxy_pass: Annotated[str | None, Meta(description="and the password")] = None
    no_proxy: Annotated[str | None, Meta(description="hosts that it reaches without")] = None
    json: Annotated[
        dict[str, Any], Meta(description="attributes of the node", examples=[{"nginx": {"port": 80}}])
    ] = {}
    node_name: Annotated[str | None, Meta(description="the node's name; default: the machine's")] = None
    provisioning_path: Annotated[
        str | None,
        Meta(description="directory of its files in the guest; default: /var/lib/serai/chef, root's alone"),
    ] = None
    run_list: Annotated[list[str], Meta(description="what is run", examples=[["recipe[nginx]", "role[web]"]])] = []
    file_cache_path: Annotated[str | None, Meta(description="its cache, in the guest")] = None
    file_backup_path: Annotated[str | None, Meta(description="its backups, in the guest")] = None
    verbose_logging: Annotated[bool, Meta(description="say more")] = False
    enable_reporting: Annotated[bool, Meta(description="report to a server")] = True


class ChefFolders(ChefRunner, frozen=True, kw_only=True):
    """What those have whose cookbooks are the project's. A directory with `vm:` before it is one of the guest."""

    cookbooks_path: Annotated[
        list[str], Meta(description="directories of cookbooks; default: `cookbooks`, where that is")
    ] = []
    data_bags_path: Annotated[list[str], Meta(description="directories of data bags")] = []
    environments_path: Annotated[list[str], Meta(description="directories of environments")] = []
    nodes_path: Annotated[list[str], Meta(description="directories of nodes")] = []
    roles_path: Annotated[list[str], Meta(description="directories of roles")] = []


class ChefSolo(ChefFolders, frozen=True, kw_only=True):
    """Cookbooks of the project, converged in the guest. Short: the run list."""

    recipe_url: Annotated[str | None, Meta(description="an archive of cookbooks")] = None
    legacy_mode: Annotated[bool, Meta(description="the solo of before Chef 12, without a server in memory")] = (
        False
    )


class ChefZero(ChefFolders, frozen=True, kw_only=True):
    """Cookbooks of the project, converged in the guest with a server in memory. Short: the run list."""


class ChefClient(ChefRunner, frozen=True, kw_only=True):
    """A run of the client against a server."""

    chef_server_url: Annotated[
        str, Meta(description="the server", examples=["https://chef.example/organizations/a"])
    ]
    validation_key_path: Annotated[str, Meta(description="the key by which a node is made, a file", extra=PATH)]
    client_key_path: Annotated[str | None, Meta(description="the node's own key, in the guest")] = None
    delete_client: Annotated[bool, Meta(description="when the machine is destroyed, remove its client")] = False
    delete_node: Annotated[bool, Meta(description="when the machine is destroyed, remove its node")] = False
    validation_client_name: Annotated[str, Meta(description="whose key that is")] = "chef-validator"


class ChefApply(ChefOptions, frozen=True, kw_only=True):
    """One recipe, given as its text. Short: the recipe."""

    recipe: Annotated[str, Meta(description="the recipe's text")]
    upload_path: Annotated[
        str, Meta(description="where it lies in the guest; /tmp, which is Vagrant's, is everybody's")
    ] = "/var/lib/serai/chef-apply.rb"
