"""What serai keeps of one domain: the same record in the domain's own metadata and, to be read fast, in a file.

The metadata is the truth: it goes where the domain goes, and a machine is found by it when all files are
lost. The file `$SERAI_HOME/projects/NAME-ID/libvirt/MACHINE/machine.json` saves one call to the daemon for each
domain when many are looked at: their UUIDs are known beforehand, so that a bulk listing says the rest.
"""

from __future__ import annotations

from enum import StrEnum

import msgspec

from serai.providers import record_file
from serai.providers.contract import Image
from serai.providers.first_process import Process
from serai.providers.machine_record import MachineRecord

NAMESPACE = "https://serai.dev/xmlns/libvirt/1"
"""Of the element <serai:machine> in <metadata>."""
PREFIX = "serai"


class Phase(StrEnum):
    """How far the machine is made."""

    CREATING = "creating"
    MADE = "made"
    DESTROYING = "destroying"


class Volume(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A volume that serai made for this machine alone; it is removed with it."""

    pool: str
    name: str
    disk: str
    """Key in the spec's disks; `seed` for the seed."""
    frozen: bool = False
    """A snapshot lies in it, or something that stands on it: the guest writes to another volume of this disk."""
    made: bool = True
    """Its content is complete. False: it is being made, or a killed run was making it; no guest has had it yet."""


class Record(MachineRecord, kw_only=True, omit_defaults=True):
    """One machine of serai's on libvirt."""

    uri: str
    domain: str = ""
    """Name of the domain."""
    uuid: str = ""
    phase: Phase = Phase.CREATING
    image: Image | None = None
    user: str = "root"
    volumes: tuple[Volume, ...] = ()
    macs: tuple[str, ...] = ()
    life: int = 0
    """libvirt's number of the domain in its present life (`virDomainGetID`): another one, and it was started by
    somebody else. 0: not known."""
    nameless: bool = False
    """Its guest was told to forget who it is, and nobody has heard that it knows again."""
    set_up: bool = False
    """What `guest:` has to be set up is on its disk: the seed says only who it is."""
    instance_id: str = ""
    """What cloud-init takes for the identity of this guest."""
    uplink: str = ""
    """libvirt's network that the uplink is on; empty: user networking, or none."""
    console_log: str = ""
    """File on the daemon's host that the serial console is written to."""
    seed_digest: str = ""
    """Of what the seed's volume holds."""
    process: Process = Process()
    """Of a container: what its image says of its first process."""


_encoder = msgspec.json.Encoder(enc_hook=record_file.encode_path)
_decoder = msgspec.json.Decoder(Record, dec_hook=record_file.decode_path)


def encode(record: Record) -> str:
    """As one line of JSON."""
    return _encoder.encode(record).decode()


def decode(text: str | bytes) -> Record:
    """Raises msgspec.DecodeError when it is not a record."""
    return _decoder.decode(text)
