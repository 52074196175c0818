"""What only a container has (DOC-1, DOC-2, LXC-1): its process, mounts, limits. A machine's `container:`."""

from enum import StrEnum

from msgspec import Meta

from serai.spec.base import CpuSet, Duration, Size, Spec
from serai.spec.container_parts import (
    Build,
    Files,
    GpuRequest,
    Health,
    IdMap,
    LogDriver,
    Login,
    TextMap,
    Ulimit,
    Volume,
    Words,
)
from serai.spec.notes import Annotated

RESTART_PATTERN = r"^(no|always|unless-stopped|on-failure(:[0-9]{1,5})?)$"


class Pull(StrEnum):
    """When an image is asked for at its registry."""

    ALWAYS = "always"
    MISSING = "missing"
    NEVER = "never"


class Container(Spec, frozen=True):
    """A machine that is a container. Beside it count `image`, `cpu.count`, `memory.size`, `networks` (forwarded
    ports, private and public networks), `synced_folders` (binds), `hostname`, `after` and `ready`.
    """

    name: Annotated[
        str | None, Meta(description="what the engine calls it; default: PROJECT-MACHINE-ID", examples=["web"])
    ] = None

    # What it is made from, beside `image`.
    build: Annotated[Build | None, Meta(description="build its image, in place of `image`")] = None
    rootfs: Annotated[
        str | None,
        Meta(
            description="root filesystem (tar), in place of `image`: a file, or a name of the catalogue",
            examples=["./rootfs.tar.gz", "tiny"],
        ),
    ] = None
    template: Annotated[
        str | None, Meta(description="LXC: the template that makes it (LXC-5)", examples=["busybox", "download"])
    ] = None
    template_args: Annotated[Words, Meta(description="LXC: arguments of the template")] = []
    pull: Annotated[Pull, Meta(description="always, missing (when the engine has it not) or never")] = Pull.MISSING
    login: Annotated[
        Login | None, Meta(description="of its registry; default: the engine's own credential store")
    ] = None

    # Its process.
    cmd: Annotated[Words, Meta(description="command, over the image's; a text is split as a shell does")] = []
    entrypoint: Annotated[
        Words | None, Meta(description="entry point, over the image's; an empty list takes it away")
    ] = None
    env: Annotated[TextMap, Meta(description="environment of the container's process")] = {}
    env_file: Annotated[Words, Meta(description="files with NAME=VALUE lines; the later over the earlier")] = []
    working_dir: Annotated[str | None, Meta(description="directory that its process starts in")] = None
    user: Annotated[
        str | None, Meta(description="whom its process runs as: user, uid, user:group", examples=["1000:1000"])
    ] = None
    init: Annotated[bool, Meta(description="a small init as process 1, which reaps zombies")] = False
    tty: Annotated[bool, Meta(description="a terminal for its process")] = False
    stdin_open: Annotated[bool, Meta(description="keep its standard input open")] = False
    keep_alive: Annotated[
        bool, Meta(description="run a process that stays, for images whose command ends (DOC-1)")
    ] = False
    job: Annotated[bool, Meta(description="its command is meant to end: it is ready when it has ended with 0")] = (
        False
    )
    restart: Annotated[
        Annotated[str, Meta(pattern=RESTART_PATTERN)],
        Meta(description="no, always, on-failure, on-failure:TIMES or unless-stopped"),
    ] = "no"
    health: Annotated[Health | None, Meta(description="the check that says when it is ready")] = None
    stop_signal: Annotated[str | None, Meta(description="signal that asks it to end", examples=["SIGQUIT"])] = None
    stop_timeout: Annotated[
        Duration | None, Meta(description="how long it may take to end; default: halt_timeout, else 10s")
    ] = None
    log: Annotated[LogDriver | None, Meta(description="where its output goes; default: the engine's own")] = None
    labels: Annotated[TextMap, Meta(description="labels beside serai's own")] = {}

    # Files and devices.
    volumes: Annotated[list[Volume], Meta(description="binds, volumes and tmpfs")] = []
    volumes_from: Annotated[Words, Meta(description="machines or containers whose volumes it has too")] = []
    tmpfs: Annotated[
        Words, Meta(description="file systems in memory: PATH or PATH:OPTIONS", examples=[["/run:size=64m"]])
    ] = []
    files: Annotated[list[Files], Meta(description="small files: configurations and secrets")] = []
    devices: Annotated[
        Words, Meta(description="devices of the host: PATH, PATH:INSIDE, PATH:INSIDE:rwm", examples=["/dev/fuse"])
    ] = []
    device_cgroup_rules: Annotated[
        Words, Meta(description="which device numbers it may use", examples=["c 13:* rwm"])
    ] = []
    gpus: Annotated[GpuRequest | None, Meta(description="GPUs, by the engine's runtime or CDI")] = None
    shm_size: Annotated[Size | None, Meta(description="size of /dev/shm")] = None
    read_only: Annotated[bool, Meta(description="its root filesystem cannot be written")] = False

    # What it may do.
    privileged: Annotated[bool, Meta(description="all of the host's rights: no wall at all")] = False
    cap_add: Annotated[Words, Meta(description="capabilities to add", examples=[["NET_ADMIN"]])] = []
    cap_drop: Annotated[Words, Meta(description="capabilities to take away", examples=[["ALL"]])] = []
    security_opt: Annotated[
        Words, Meta(description="options of seccomp, AppArmor, SELinux", examples=["no-new-privileges"])
    ] = []
    sysctls: Annotated[TextMap, Meta(description="kernel settings of its namespaces")] = {}
    runtime: Annotated[str | None, Meta(description="OCI runtime", examples=["runc", "crun"])] = None

    # What it may take. Without these, cpu.count and memory.size it has no limit.
    cpus: Annotated[
        Annotated[float, Meta(gt=0, le=4096)] | None,
        Meta(description="time of so many CPUs, parts of one too; default: cpu.count, where that is stated"),
    ] = None
    memory: Annotated[
        Size | None, Meta(description="limit of its memory; default: memory.size, where that is stated")
    ] = None
    memory_reservation: Annotated[Size | None, Meta(description="what it keeps when memory runs short")] = None
    memory_swap: Annotated[
        Size | None, Meta(description="limit of memory and swap together; equal to memory: no swap")
    ] = None
    cpu_shares: Annotated[
        Annotated[int, Meta(ge=2, le=262144)] | None, Meta(description="weight among others; an even one is 1024")
    ] = None
    cpuset: Annotated[CpuSet | None, Meta(description="CPUs of the host that it runs on")] = None
    pids: Annotated[Annotated[int, Meta(ge=1)] | None, Meta(description="most processes")] = None
    ulimits: Annotated[
        dict[str, Ulimit], Meta(description="limits of getrlimit(2) by name", examples=[{"nofile": 65536}])
    ] = {}
    oom_score_adj: Annotated[
        Annotated[int, Meta(ge=-1000, le=1000)] | None, Meta(description="what the OOM killer takes it for")
    ] = None

    # Its network and its namespaces.
    network_mode: Annotated[
        str | None,
        Meta(
            description="host, none, machine:NAME (that one's network) or what the engine knows; "
            "default: the engine's bridge and the networks of `networks:`"
        ),
    ] = None
    network_aliases: Annotated[Words, Meta(description="further names on all of its networks")] = []
    links: Annotated[Words, Meta(description="machines it finds by another name: MACHINE:ALIAS")] = []
    expose: Annotated[Words, Meta(description="ports that it listens on, for who asks the engine")] = []
    dns: Annotated[Words, Meta(description="name servers")] = []
    dns_search: Annotated[Words, Meta(description="domains that names are looked up in")] = []
    dns_opt: Annotated[Words, Meta(description="options of resolv.conf(5)")] = []
    extra_hosts: Annotated[
        TextMap, Meta(description="name -> address, for its hosts file", examples=[{"db": "10.0.0.9"}])
    ] = {}
    domainname: Annotated[str | None, Meta(description="domain of its host name")] = None
    ipc: Annotated[str | None, Meta(description="IPC namespace: private, shareable, host, machine:NAME")] = None
    pid: Annotated[str | None, Meta(description="PID namespace: host, machine:NAME")] = None
    uts: Annotated[str | None, Meta(description="UTS namespace: host")] = None
    userns: Annotated[str | None, Meta(description="user namespace: host, or podman's keep-id")] = None
    cgroupns: Annotated[str | None, Meta(description="cgroup namespace: private or host")] = None
    cgroup_parent: Annotated[str | None, Meta(description="cgroup to be below")] = None
    group_add: Annotated[Words, Meta(description="further groups of its process")] = []

    # LXC.
    config: Annotated[
        Words,
        Meta(
            description="LXC: further lines of its configuration", examples=["lxc.apparmor.profile = unconfined"]
        ),
    ] = []
    unprivileged: Annotated[bool, Meta(description="LXC, lxc:///: root is nobody on the host (`idmap`)")] = False
    idmap: Annotated[
        list[IdMap], Meta(description="LXC, lxc:///: ids; default: of /etc/subuid and /etc/subgid")
    ] = []
    nesting: Annotated[bool, Meta(description="LXC: containers can be run in it")] = False
