"""How far a guest has come, by what it says on its serial console."""

from __future__ import annotations

import re
from pathlib import Path

LIMIT = 1 << 20
"""Bytes of one look: a guest that floods its console does not fill our memory."""

_ESCAPES = re.compile(r"\x1b(?:\[[0-9;?=]*[A-Za-z]|[()][A-Z0-9]|[=>c])")
_FIRMWARE = re.compile(r"SeaBIOS|iPXE|BdsDxe|UEFI|OVMF|Booting from|GRUB|ISOLINUX")
_KERNEL = re.compile(
    r"Linux version|EFI stub|Decompressing Linux|Booting Linux|tiny: kernel is up|^\[ *\d+\.\d{6}\]", re.M
)
# What stands between two words is bounded: of a line of many first words, each would be looked for to its end.
_NETWORK = re.compile(
    r"ci-info: \|.{0,100}\| True \| *\d+\.|[Ll]ease of [\d.]+ obtained|DHCPACK|bound to \d+\."
    r"|Reached target.{0,100}Network is Online|tiny: network up"
)
_SSH = re.compile(
    r"tiny: ssh ready|[Ss]tarted.{0,100}(OpenSSH|OpenBSD Secure Shell|ssh\.service|sshd)|login: *$", re.M
)
_CLOUD_INIT_DONE = re.compile(r"Cloud-init v\..{0,100} finished at|cloud-init.{0,100}finished at", re.I)

_FATAL: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"Kernel panic - not syncing: *([^\r\n]*)"), "the kernel panicked: {}"),
    (re.compile(r"No bootable device"), "the firmware found nothing that boots"),
    (re.compile(r"BdsDxe: No bootable option"), "the firmware found nothing that boots"),
    (re.compile(r"^grub rescue>", re.M), "the boot loader found no system (grub rescue)"),
    (re.compile(r"^(?:\(initramfs\)|dracut:/#)", re.M), "the initramfs did not find its root file system"),
    (re.compile(r"You are in (?:emergency|rescue) mode"), "the guest went into its emergency mode"),
)


class BootLog:
    """Follows the console's log of this boot as it grows; `stage` is one of the first five of STAGES.

    The engine starts the log anew with the guest; a log that got shorter is read from its start again.
    """

    def __init__(self, path: Path | None) -> None:
        self.path = path
        self.stage = "launched"
        self.fatal = ""
        """Why this guest will never be ready, as a sentence; empty while it may."""
        self.cloud_init_done = False
        self.spoke = False
        self._offset = 0
        self._rest = ""

    def look(self) -> bool:
        """Read what is new; True when something was."""
        data = self._read()
        if not data:
            return False
        self.spoke = True
        self.read(data.decode(errors="replace"))
        return True

    def _read(self) -> bytes:
        if self.path is None:
            return b""
        try:
            with self.path.open("rb") as file:
                if file.seek(0, 2) < self._offset:
                    self._offset = 0
                file.seek(self._offset)
                data = file.read(LIMIT)
        except FileNotFoundError:
            return b""
        self._offset += len(data)
        return data

    def read(self, text: str) -> None:
        """Take in a further piece of the log; lines may be cut anywhere."""
        text = self._rest + _ESCAPES.sub("", text).replace("\r", "")
        self._rest = text[text.rfind("\n") + 1 :][-1000:]
        for stage, mark in (("firmware", _FIRMWARE), ("kernel", _KERNEL), ("network", _NETWORK), ("ssh", _SSH)):
            if STAGES.index(stage) > STAGES.index(self.stage) and mark.search(text):
                self.stage = stage
        if _CLOUD_INIT_DONE.search(text):
            self.cloud_init_done = True
        for mark, sentence in _FATAL:
            if found := mark.search(text):
                self.fatal = sentence.format(*(group.strip() for group in found.groups()))

    def tail(self, lines: int = 12) -> list[str]:
        """The last lines that were not empty, without escape sequences."""
        from serai.util.files import tail

        if self.path is None:
            return []
        clean = [_ESCAPES.sub("", line).rstrip() for line in tail(self.path, lines * 3)]
        return [line for line in clean if line][-lines:]


STAGES = ("launched", "firmware", "kernel", "network", "ssh", "cloud-init", "ready")
"""The stages of a start, in order."""

PLAIN = {
    "launched": "nothing on the console yet",
    "firmware": "the firmware is up",
    "kernel": "the kernel is up",
    "network": "the network is up",
    "ssh": "the system is up",
}
"""What has been reached, for a person."""
