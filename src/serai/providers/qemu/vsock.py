"""Numbers of guests for vsock: a free one is found by asking the kernel for it."""

from __future__ import annotations

import errno
import fcntl
import os
import struct

from serai.util.errors import Code, SeraiError

DEVICE = "/dev/vhost-vsock"
FIRST, LAST = 3, 0xFFFF
"""0 to 2 are the kernel's own (vsock(7)); above that any 32-bit number will do, short ones are easier to type."""
ATTEMPTS = 64

# Source: linux/vhost.h, _IOW(0xAF, 0x60, __u64).
VHOST_VSOCK_SET_GUEST_CID = 0x4008AF60


def free_cid(uuid: str, device: str = DEVICE) -> int:
    """A number that no guest has now, the same each time if it can be. Raises Code.MISSING without vhost-vsock."""
    start = int(uuid.replace("-", "")[:8], 16)
    for attempt in range(ATTEMPTS):
        cid = FIRST + (start + attempt * 257) % (LAST - FIRST)
        if _is_free(cid, device):
            return cid
    raise SeraiError(Code.BUSY, f"{ATTEMPTS} numbers for vsock are all taken", hint="state devices.vsock.cid")


def _is_free(cid: int, device: str) -> bool:
    try:
        handle = os.open(device, os.O_RDWR | os.O_CLOEXEC)
    except OSError as error:
        raise SeraiError(
            Code.MISSING, f"{device} cannot be opened: {error.strerror}", hint="modprobe vhost_vsock"
        ) from error
    try:
        fcntl.ioctl(handle, VHOST_VSOCK_SET_GUEST_CID, struct.pack("Q", cid))
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            raise
        return False
    finally:
        os.close(handle)
    return True
