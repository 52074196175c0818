"""Docker and podman in the guest: images, builds, containers (VAG-10)."""

from typing import Annotated

from msgspec import Meta

from serai.spec.base import Spec
from serai.spec.provision import Shell


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


class EngineOptions(Spec, frozen=True):
    """What both have."""

    images: Annotated[list[str], Meta(description="images that are pulled", examples=[["nginx:1.27"]])] = []
    pull_images: Annotated[list[str], Meta(description="more of them")] = []
    build_image: Annotated[list[EngineBuild], Meta(description="images that are built")] = []
    run: Annotated[dict[str, EngineRun], Meta(description="containers by their names")] = {}
    post_install_provision: Annotated[
        list[Shell], Meta(description="scripts that run once the engine is installed, before its images")
    ] = []


class Docker(EngineOptions, frozen=True):
    """Docker in the guest: installed where it is missing. Short: `true`, or images."""


class Podman(EngineOptions, frozen=True):
    """Podman in the guest: installed where it is missing. Short: `true`, or images."""

    kubic: Annotated[bool, Meta(description="from the packages of the Kubic project, which has ended")] = False
