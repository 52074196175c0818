"""Docker and podman in the guest: images, builds, containers (VAG-10)."""

from collections.abc import Iterator

from msgspec import Meta

from serai.spec.base import Spec
from serai.spec.notes import Annotated
from serai.spec.provision import BASIC, File, Provision, Shell, block_of
from serai.spec.provisioners.ansible import Ansible, AnsibleLocal
from serai.spec.provisioners.cfengine import Cfengine
from serai.spec.provisioners.chef import ChefApply, ChefSolo, ChefZero
from serai.spec.provisioners.puppet import Puppet, PuppetServer
from serai.spec.provisioners.salt import Salt

RESTARTS = "leave reboot out; `reload: true` is a block of its own"


class EngineBuild(Spec, frozen=True):
    """An image that is built in the guest. Short: its directory there."""

    path: Annotated[str, Meta(description="the directory of its Dockerfile, in the guest")]
    args: Annotated[
        str | None, Meta(description="further arguments of build, as they are", examples=["-t app"])
    ] = None


class EngineRun(Spec, frozen=True):
    """A container that runs. Short: its image."""

    image: Annotated[str | None, Meta(description="its image; default: its name")] = None
    cmd: Annotated[str | None, Meta(description="its command")] = None
    args: Annotated[
        str | None, Meta(description="further arguments of run, as they are", examples=["-p 80:80"])
    ] = None
    auto_assign_name: Annotated[bool, Meta(description="it is called by its name here")] = True
    daemonize: Annotated[bool, Meta(description="it runs on in the background")] = True
    restart: Annotated[str, Meta(description="when it is started again")] = "always"


class EngineStep(Spec, frozen=True):
    """What is done between the engine and its images, by another provisioner. Short: a script."""

    shell: Annotated[Shell | None, Meta(description="a script")] = None
    file: Annotated[File | None, Meta(description="a file or a tree from the host")] = None
    ansible: Annotated[Ansible | None, Meta(description="a playbook, from the host")] = None
    ansible_local: Annotated[AnsibleLocal | None, Meta(description="a playbook, in the guest")] = None
    cfengine: Annotated[Cfengine | None, Meta(description="CFEngine")] = None
    chef_solo: Annotated[ChefSolo | None, Meta(description="chef-solo")] = None
    chef_zero: Annotated[ChefZero | None, Meta(description="chef-client in local mode")] = None
    chef_apply: Annotated[ChefApply | None, Meta(description="one recipe")] = None
    puppet: Annotated[Puppet | None, Meta(description="puppet apply")] = None
    puppet_server: Annotated[PuppetServer | None, Meta(description="puppet agent")] = None
    salt: Annotated[Salt | None, Meta(description="Salt")] = None

    @property
    def block(self) -> Provision:
        """The same as a block of its own; one without a kind while a loader holds a step that was wrong."""
        kind = next((name for name in self.__struct_fields__ if getattr(self, name) is not None), "")
        if not kind:
            return Provision()
        inner = getattr(self, kind)
        return Provision(**{kind: inner}) if kind in BASIC else block_of(inner)


class EngineOptions(Spec, frozen=True):
    """What both have."""

    images: Annotated[list[str], Meta(description="images that are pulled", examples=[["nginx:1.27"]])] = []
    pull_images: Annotated[list[str], Meta(description="more of them")] = []
    build_image: Annotated[list[EngineBuild], Meta(description="images that are built")] = []
    run: Annotated[dict[str, EngineRun], Meta(description="containers by their names")] = {}
    post_install_provision: Annotated[
        list[EngineStep],
        Meta(
            description="what is done once the engine is installed, before its images: blocks, but for engines",
            examples=[[{"shell": "docker load -i /srv/app.tar"}]],
        ),
    ] = []

    def problems(self) -> Iterator[tuple[str, str, str]]:
        """(key, what is wrong, what to do)."""
        if any(step.shell is not None and step.shell.reboot for step in self.post_install_provision):
            yield "post_install_provision", "the guest cannot restart within a block", RESTARTS


class Docker(EngineOptions, frozen=True):
    """Docker in the guest: installed where it is missing. Short: `true`, or images."""


class Podman(EngineOptions, frozen=True):
    """Podman in the guest: installed where it is missing. Short: `true`, or images."""

    kubic: Annotated[bool, Meta(description="from the packages of the Kubic project, which has ended")] = False
