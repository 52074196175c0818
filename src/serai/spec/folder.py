"""Synced folders: directories of the host in the guest, copied or shared (VAG-13)."""

from enum import StrEnum

from msgspec import Meta

from serai.spec.base import Spec
from serai.spec.notes import Annotated


class FolderType(StrEnum):
    RSYNC = "rsync"
    NINEP = "9p"
    VIRTIOFS = "virtiofs"
    NFS = "nfs"
    SSHFS = "sshfs"


class Direction(StrEnum):
    IN = "in"
    BOTH = "both"


class Rsync(Spec, frozen=True):
    """How rsync copies."""

    args: Annotated[
        list[str],
        Meta(
            description="its options, in place of --archive --no-owner --no-group --compress --protect-args",
            examples=[["--archive", "--copy-links", "--delete"]],
        ),
    ] = []
    program: Annotated[
        str | None, Meta(description="what is run in the guest in place of rsync", examples=["/opt/bin/rsync"])
    ] = None
    keep_owners: Annotated[bool, Meta(description="the copy keeps the owners that the host has, by number")] = (
        False
    )
    verbose: Annotated[bool, Meta(description="show what rsync says while it copies")] = False
    auto: Annotated[bool, Meta(description="`serai rsync-auto` follows this folder")] = True
    direction: Annotated[Direction, Meta(description="in: from the host into the guest; both is refused")] = (
        Direction.IN
    )


NfsVersion = Annotated[str, Meta(pattern=r"^(3|4|4\.[012])$")]
Id = Annotated[int, Meta(ge=0, le=4294967294)]


class Nfs(Spec, frozen=True):
    """How a directory is exported and mounted by NFS."""

    version: Annotated[
        NfsVersion | None, Meta(description="of the protocol; default: the newest of both sides")
    ] = None
    udp: Annotated[bool, Meta(description="by UDP, which version 3 alone has")] = False
    export: Annotated[bool, Meta(description="serai exports it; false: somebody else has done it")] = True
    options: Annotated[
        list[str],
        Meta(
            description="of the export, in place of rw, no_subtree_check and all_squash",
            examples=[["rw", "async", "no_subtree_check", "all_squash"]],
        ),
    ] = []
    map_uid: Annotated[
        Id | None, Meta(description="everything in it is this user's; default: the directory's owner")
    ] = None
    map_gid: Annotated[
        Id | None, Meta(description="everything in it is this group's; default: the directory's group")
    ] = None


class Security(StrEnum):
    """Of 9p: whose the files are that a guest makes."""

    PASSTHROUGH = "passthrough"
    MAPPED = "mapped"
    SQUASH = "squash"


class SyncedFolder(Spec, frozen=True):
    """A directory of the host in the guest. Short: `.:/srv/app`."""

    source: Annotated[str, Meta(description="directory on the host, relative to the project")]
    target: Annotated[str, Meta(pattern=r"^/", description="absolute path in the guest")]
    type: Annotated[
        FolderType,
        Meta(
            description="rsync: copied at up, reload and `serai rsync`; 9p, virtiofs, nfs and sshfs: "
            "shared live, both ways"
        ),
    ] = FolderType.RSYNC
    fallback: Annotated[
        list[FolderType],
        Meta(
            description="what takes the place of `type`, with a note, where the host or the guest cannot do it",
            examples=[["9p", "rsync"]],
        ),
    ] = []
    exclude: Annotated[list[str], Meta(description="patterns that rsync leaves out; .git and .serai always")] = []
    delete: Annotated[bool, Meta(description="rsync removes from the target what the source has not")] = False
    readonly: Annotated[bool, Meta(description="of a share: the guest cannot write")] = False
    create: Annotated[bool, Meta(description="make the source when it is not there")] = False
    owner: Annotated[
        str | None,
        Meta(description="user, user:group or :group: whose a copy is in the guest, and whose sshfs shows it as"),
    ] = None
    mount: Annotated[bool, Meta(description="false: a share is offered to the guest, which mounts it itself")] = (
        True
    )
    mount_options: Annotated[
        list[str], Meta(description="further options of the mount", examples=[["noatime", "actimeo=2"]])
    ] = []
    security: Annotated[
        Security | None,
        Meta(
            description="of 9p, how the host keeps owners: passthrough as they are (as root), mapped in "
            "attributes, squash to who runs the machine; default: what works"
        ),
    ] = None
    rsync: Annotated[Rsync, Meta(description="how rsync copies")] = Rsync()
    nfs: Annotated[Nfs, Meta(description="how NFS exports and mounts")] = Nfs()

    @property
    def tag(self) -> str:
        """The mount tag of 9p and virtiofs (at most 31 characters)."""
        from hashlib import sha256

        return f"sf-{sha256(self.target.encode()).hexdigest()[:16]}"

    @property
    def is_device(self) -> bool:
        """Whether the machine has a device for it."""
        return self.type in (FolderType.NINEP, FolderType.VIRTIOFS)
