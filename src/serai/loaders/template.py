"""The project file that `serai init` writes: annotated, with every default that matters; it loads as it is."""

from __future__ import annotations

MINIMAL = """\
project: {project}

machines:
  {machine}:
    image: {image}
"""

ANNOTATED = """\
# A serai project: `serai up` makes it so, `serai plan` shows what that would change.
# `serai explain KEY` tells more about any key, `serai validate` checks the file.
project: {project}
version: 1                  # of this format

defaults:                   # keys of every machine, below its profiles and its own
  provider: qemu            # who runs it; qemu needs no daemon and no root; libvirt: any libvirtd
  memory: 512MiB            # always with a unit
  cpus: 1                   # short for cpu: {{count: 1}}

machines:
  {machine}:
    image: {image}             # of the catalogue (serai image list), of `images:`, a file, or a URL
    cpu:
      model: auto           # host under KVM, max under TCG
      nested: false         # true: the guest can run virtual machines of its own
      # pin: 2-5              # virtual CPUs on CPUs of the host, one on one
    # memory: {{size: 1GiB, max: 4GiB, hugepages: false}}     # max: how far it can grow while it runs
    disks:
      root:                 # the image's disk; other names are new disks: `data: 10GiB`
        format: qcow2       # holds snapshots; raw is plain
        cache: auto         # none where O_DIRECT works, else writeback (probed)
        io: auto            # io_uring, else native, else threads (probed)
        discard: unmap      # freed blocks go back to the host
        bus: virtio         # or scsi, sata, nvme
    networks:               # the guest reaches the world in any case; these lead to it
      - forwarded_port:     # short: - 8080:80
          guest: 80
          host: 8080
          host_ip: 127.0.0.1    # 0.0.0.0 opens it to the network
          protocol: tcp         # or udp
          auto_correct: true    # take the next free port when this one is taken
      # - private: backend      # an interface on a network between machines
      # - public:               # one on the host's own network; or say which: {{bridge: br0}}
    # devices: {{tpm: true, graphics: vnc}}     # serai explain devices: what else there is
    ssh:
      guest_port: 22        # the port on the host is a free one from 2200 on
      forward_agent: false  # true: the guest may use your SSH agent
    ready:
      within: 5m            # budget of the whole start, from launch to ready
    autostart: true         # `serai up` without names includes it
    primary: true           # `serai ssh` without a name means it
    keep: false             # true: its disks are destroyed only with --force
    provision: []           # what is done in the guest, in this order, for example:
    #   - shell: echo hello from ${{machine.name}}     # run: once (default), always or never
    #   - file: ./app.conf:/etc/app.conf
    # synced_folders:
    #   - .:/srv/app          # rsync; 9p shares it live
    # after: {{db: ready}}      # started, ready, provisioned or succeeded
    # count: 3                # {machine}-1, {machine}-2, {machine}-3; ${{index}} is the number

# networks:
#   backend: 10.40.0.0/24   # private networks between the machines
# profiles:
#   big: {{cpus: 4, memory: 4GiB}}    # layers that machines list: `profiles: [big]`
"""


def template(*, project: str, machine: str = "web", image: str = "tiny", minimal: bool = False) -> str:
    """The text of a new project file."""
    text = MINIMAL if minimal else ANNOTATED
    return text.format(project=project, machine=machine, image=image)
