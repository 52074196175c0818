"""Modules and files in the initramfs, by a file of our own; the images are made anew once, and listed as proof.

    initramfs(reach, "vfio", modules=("vfio_pci",), files=("/etc/udev/rules.d/05-serai-vfio.rules",))

Modules are loaded before udev picks drivers. Files are in the image at their own paths; the change that writes
them stands before this one in a plan. Undo gives back the images that were there, byte for byte, where they are
still what serai had made; else they are made anew without ours (initramfs/store.py).
"""

from __future__ import annotations

from serai.host.boot.known import found as boot_tool
from serai.host.changes.change import REBOOT, Change, Kept, Seen, State
from serai.host.changes.file import WriteFile
from serai.host.changes.followup import by_hand
from serai.host.initramfs import store
from serai.host.initramfs.known import BY_NAME, tool_of
from serai.host.initramfs.tool import Image, InitramfsTool, Part, Wanted, lacking
from serai.host.reach.contract import Reach
from serai.util.errors import Code, SeraiError

ELSEWHERE: dict[str, tuple[str, ...]] = {"sdbootutil": ("sdbootutil-initrd",), "uki": ()}
"""Boot tools that keep the images themselves, and what makes them anew there; empty: what the tool owes anyway."""
MIB = 1024 * 1024


class Initramfs(Change, frozen=True, kw_only=True, tag="initramfs"):
    """`parts` are the files of our own, of the tool `tool`; made by `initramfs`."""

    name: str
    tool: str
    parts: tuple[Part, ...]
    modules: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    runs: tuple[str, ...] = ()

    @property
    def subject(self) -> str:
        return f"the initramfs for {self.name}"

    def title(self) -> str:
        return f"the initramfs with {' '.join((*self.modules, *self.files))}"

    @property
    def owes(self) -> tuple[str, ...]:
        return self.runs

    @property
    def wanted(self) -> Wanted:
        return Wanted(name=self.name, modules=self.modules, files=self.files)

    @property
    def _tool(self) -> InitramfsTool:
        return BY_NAME[self.tool]

    def _files(self) -> list[WriteFile]:
        return [WriteFile(path=part.path, text=part.text, mode=part.mode) for part in self.parts]

    def _images(self, reach: Reach) -> list[Image]:
        """Those that serai keeps and looks into: not in a tree, where nothing runs."""
        return self._tool.images(reach) if reach.live and self._tool.follow_up in self.runs else []

    def holds(self, reach: Reach) -> bool:
        if not all(file.holds(reach) for file in self._files()):
            return False
        return not self._lacking(reach)

    def _lacking(self, reach: Reach) -> str:
        """The first image without what is wanted, and what that is; the fallback image is looked at, too."""
        for image in self._images(reach):
            if missing := lacking(reach, self._tool, image, self.wanted):
                return f"{image.path} has no {', '.join(missing)}"
        return ""

    def diff(self, reach: Reach) -> list[str]:
        lines = [line for file in self._files() for line in file.diff(reach)]
        images = self._images(reach)
        if not images:
            return lines
        size, free = store.room(reach)
        kept = f"what is there is kept for undo ({size // MIB} MiB)"
        if not store.fits(reach):
            kept = f"no room for copies ({size // MIB} MiB, {free // MIB} MiB free): undo makes them anew, too"
        return [*lines, f"made anew: {' '.join(image.path for image in images)}; {kept}"]

    def before(self, reach: Reach) -> Kept:
        return Kept(there=True, parts={file.path: file.before(reach) for file in self._files()})

    def do(self, reach: Reach, before: Kept) -> None:
        for file in self._files():
            file.do(reach, before.parts[file.path])
        if self._images(reach):
            store.enter(reach, self._tool, self.name)

    def glance(self, reach: Reach) -> Seen:
        """The images are not listed: that takes a second each."""
        for file in self._files():
            if not file.holds(reach):
                return file.read_back(reach)
        return Seen(State.PENDING, self.parts[0].path, "as written", REBOOT)

    def read_back(self, reach: Reach) -> Seen:
        for file in self._files():
            if not file.holds(reach):
                return file.read_back(reach)
        if not reach.live:
            return Seen(State.PENDING, self.parts[0].path, "as written", f"{by_hand(self.runs)} in {reach.name}")
        images = self._images(reach)
        read = images[0].path if images else self.parts[0].path
        try:
            if missing := self._lacking(reach):
                return Seen(State.LOST, missing.split()[0], missing.partition(" ")[2], "it was asked for")
        except SeraiError as error:
            return Seen(State.LOST, read, "not known", error.message)
        listed = f"{len(images)} images have it" if images else "as written"
        return Seen(State.PENDING, read, listed, REBOOT)

    def rebooted(self, seen: Seen) -> Seen:
        """It was in the image that the host was started from."""
        return Seen(State.DONE, seen.read, seen.value)

    def conflict(self, reach: Reach, before: Kept, after: Kept | None) -> str:
        for file in self._files():
            part = after.parts.get(file.path) if after else None
            if why := file.conflict(reach, before.parts[file.path], part):
                return why
        return ""

    def undo(self, reach: Reach, before: Kept, after: Kept | None) -> None:
        for file in reversed(self._files()):
            file.undo(reach, before.parts[file.path], None)
        if reach.live:
            store.leave(reach, self.name)


def initramfs(reach: Reach, name: str, modules: tuple[str, ...] = (), files: tuple[str, ...] = ()) -> Initramfs:
    """The change for this host. Raises SeraiError (Code.UNSUPPORTED): no tool is there, or it reads no files."""
    tool = tool_of(reach)
    wanted = Wanted(name=name, modules=modules, files=files)
    parts = tool.parts(reach, wanted)
    boot = boot_tool(reach)
    where = boot[0].name if boot else ""
    if where == "rpm-ostree":
        raise SeraiError(
            Code.UNSUPPORTED,
            f"{reach.name}: the initramfs of an ostree system is a part of its deployment",
            hint=f"rpm-ostree initramfs --enable --arg=--force-drivers --arg='{' '.join(modules)}'",
        )
    if boot and where in ELSEWHERE:
        runs = ELSEWHERE[where] or boot[0].owes(reach)
    elif reach.live and not tool.images(reach) and tool.name == "dracut":
        runs = ("dracut-all",)
    else:
        runs = (tool.follow_up, *(("proxmox-boot-tool",) if where == "proxmox-boot-tool" else ()))
    return Initramfs(name=name, tool=tool.name, parts=parts, modules=modules, files=files, runs=runs)
