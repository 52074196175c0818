"""What is inside the guest: login, users, packages, files, commands, readiness (VAG-13)."""

from msgspec import Meta

from serai.spec.base import Duration, Port, Spec
from serai.spec.notes import Annotated


class Ssh(Spec, frozen=True):
    """How serai logs in."""

    host_port: Annotated[Port | None, Meta(description="port on the host; default: a free one from 2200 on")] = (
        None
    )
    guest_port: Annotated[Port, Meta(description="port of the guest's SSH server")] = 22
    key: Annotated[
        str | None,
        Meta(description="private key file to log in with; default: the project's own ed25519 key"),
    ] = None
    insert_key: Annotated[
        bool,
        Meta(description="replace a box's well-known key by the project's own; false: the key stays (VAG-13)"),
    ] = True
    password: Annotated[
        str | None,
        Meta(description="tried where no key is taken; default: `vagrant` at the first start of a box (VAG-13)"),
    ] = None
    authorized_keys: Annotated[list[str], Meta(description="further public keys that may log in, or `@file`")] = []
    forward_agent: Annotated[bool, Meta(description="let the guest use the SSH agent of the host")] = False
    options: Annotated[
        dict[str, str],
        Meta(description="further options of ssh_config(5)", examples=[{"ServerAliveInterval": "30"}]),
    ] = {}


class User(Spec, frozen=True):
    """A further account in the guest."""

    name: Annotated[str, Meta(pattern=r"^[a-z_][a-z0-9_-]{0,31}$", description="account name")]
    sudo: Annotated[bool, Meta(description="may become root without a password")] = False
    shell: Annotated[str | None, Meta(description="login shell")] = None
    authorized_keys: Annotated[list[str], Meta(description="public keys that may log in, or `@file`")] = []
    groups: Annotated[list[str], Meta(description="further groups")] = []


class GuestFile(Spec, frozen=True):
    """A small text file to be there before the machine counts as ready."""

    path: Annotated[str, Meta(pattern=r"^/", description="absolute path in the guest")]
    content: Annotated[str, Meta(description="what it holds")] = ""
    mode: Annotated[str, Meta(pattern=r"^0?[0-7]{3,4}$", description="octal permissions")] = "0644"
    owner: Annotated[str | None, Meta(description="user or user:group")] = None


class UserData(Spec, frozen=True):
    """A part of cloud-init's user data. Short: its text."""

    inline: Annotated[str | None, Meta(description="its text")] = None
    path: Annotated[str | None, Meta(description="a file of the project that holds it")] = None
    content_type: Annotated[
        str, Meta(pattern=r"^text/[a-z0-9.+-]+$", description="its kind, as cloud-init names them")
    ] = "text/cloud-config"
    filename: Annotated[str | None, Meta(description="what cloud-init calls the part")] = None


class Guest(Spec, frozen=True):
    """First-boot settings: by cloud-init where the image has it, over SSH where not."""

    timezone: Annotated[
        str | None, Meta(description="time zone, by its tz database name", examples=["Europe/Berlin"])
    ] = None
    users: Annotated[list[User], Meta(description="further accounts")] = []
    packages: Annotated[list[str], Meta(description="installed by the guest's own package manager")] = []
    files: Annotated[list[GuestFile], Meta(description="small files")] = []
    commands: Annotated[list[str], Meta(description="run once as root, after the files and packages")] = []
    user_data: Annotated[
        list[UserData],
        Meta(description="further user data for cloud-init, at the first start; what serai sets itself stays"),
    ] = []


class Ready(Spec, frozen=True):
    """When a machine counts as ready; SSH has answered before that in any case."""

    tcp: Annotated[Port | None, Meta(description="a port inside the guest accepts connections")] = None
    command: Annotated[str | None, Meta(description="a command in the guest ends with 0")] = None
    within: Annotated[Duration, Meta(description="budget of the whole start, from launch to ready")] = 300.0


UserName = Annotated[str, Meta(pattern=r"^[a-z_][a-z0-9_-]{0,31}$")]
