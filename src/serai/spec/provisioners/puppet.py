"""Puppet: manifests of the project, or those of a server (VAG-10)."""

import re
from collections.abc import Iterator
from typing import Any

from msgspec import Meta

from serai.spec.base import Spec
from serai.spec.notes import Annotated

FACT = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
"""What a name in the environment can be: puppet reads facts that are texts as FACTER_NAME."""
GUEST = "vm:"
"""Before a directory: it is the guest's own. Vagrant's word for it."""
TEMP_DIR = "/var/lib/serai/puppet"


class PuppetOptions(Spec, frozen=True):
    """What both have."""

    binary_path: Annotated[str | None, Meta(description="directory of puppet in the guest")] = None
    facter: Annotated[dict[str, Any], Meta(description="facts of your own", examples=[{"role": "web"}])] = {}
    options: Annotated[
        list[str], Meta(description="further arguments of puppet, a word each", examples=[["--verbose", "--noop"]])
    ] = []
    install: Annotated[
        bool, Meta(description="install puppet by the guest's package manager where it is missing")
    ] = True
    version: Annotated[
        str | None, Meta(description="the version of its package, or how it begins", examples=["7.23"])
    ] = None


class Puppet(PuppetOptions, frozen=True):
    """A manifest or an environment of the project, applied in the guest. Short: the manifest's path.

    The project's directories are copied into the guest at each run. `vm:PATH` names one of the guest instead,
    as the target of a synced folder is.
    """

    manifests_path: Annotated[
        str | None,
        Meta(
            description="directory of manifests; default: manifests, without an environment_path",
            examples=["puppet/manifests", "vm:/srv/manifests"],
        ),
    ] = None
    manifest_file: Annotated[
        str | None,
        Meta(
            description="manifest, or directory of them, below manifests_path; default: default.pp, and with an "
            "environment what its environment.conf says, else its manifests"
        ),
    ] = None
    module_path: Annotated[
        list[str], Meta(description="directories of modules; those of the guest's puppet come after them")
    ] = []
    hiera_config_path: Annotated[
        str | None, Meta(description="hiera.yaml; its paths are those of the guest", extra={"path": True})
    ] = None
    structured_facts: Annotated[
        bool, Meta(description="facter with its types, by a file in the guest; else each is a text")
    ] = False
    environment_path: Annotated[str | None, Meta(description="directory of environments")] = None
    environment: Annotated[str, Meta(description="which of them")] = "production"
    environment_variables: Annotated[dict[str, str], Meta(description="environment of puppet itself")] = {}
    working_directory: Annotated[str | None, Meta(description="where puppet runs, in the guest")] = None
    temp_dir: Annotated[
        str,
        Meta(
            pattern="^/",
            description="where the copies lie in the guest; Vagrant's /tmp/vagrant-puppet is everybody's to write",
        ),
    ] = TEMP_DIR

    def trees(self) -> Iterator[tuple[str, str]]:
        """(key, directory) of all that it names, the project's and the guest's own."""
        manifests = self.manifests_path or (None if self.environment_path else "manifests")
        for key, path in (("manifests_path", manifests), ("environment_path", self.environment_path)):
            if path:
                yield key, path
        for path in self.module_path:
            yield "module_path", path

    def directories(self) -> Iterator[tuple[str, str]]:
        """(key, path) of the directories of the project that have to be there."""
        return ((key, path) for key, path in self.trees() if not path.startswith(GUEST))

    def problems(self) -> Iterator[tuple[str, str, str]]:
        """(key, what is wrong, what to do) of keys that do not go together."""
        if not self.structured_facts:
            yield from _facts(self.facter)


class PuppetServer(PuppetOptions, frozen=True):
    """One run of the agent against a server. Short: the server's name."""

    puppet_server: Annotated[str, Meta(description="the server's name")] = "puppet"
    puppet_node: Annotated[
        str | None, Meta(description="this node's name, as its certificate has it; default: the guest's own name")
    ] = None
    client_cert_path: Annotated[
        str | None, Meta(description="certificate of the agent, a file of the project", extra={"path": True})
    ] = None
    client_private_key_path: Annotated[str | None, Meta(description="its private key", extra={"path": True})] = (
        None
    )

    def problems(self) -> Iterator[tuple[str, str, str]]:
        """(key, what is wrong, what to do) of keys that do not go together."""
        yield from _facts(self.facter)
        certificate, private = self.client_cert_path, self.client_private_key_path
        if bool(certificate) != bool(private):
            key, other = "client_cert_path", "client_private_key_path"
            yield key if certificate else other, "certificate and private key go together", "state both, or none"
        elif certificate and not self.puppet_node:
            yield "client_cert_path", "the certificate is of a node, and puppet_node is not stated", "state it"


def _facts(facts: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    for name, value in facts.items():
        if not FACT.fullmatch(name):
            yield "facter", f"{name!r} is no name of a fact", "letters, digits and _ make one"
        elif isinstance(value, dict | list):
            yield "facter", f"{name} is a map or a list", "structured_facts: true keeps types, or write a text"
