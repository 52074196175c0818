"""Transparent huge pages on the kernel's command line: the old place, and when it is the right one (MEM-6..8)."""

from __future__ import annotations

from serai.host.changes.kernel_arguments import kernel_arguments
from serai.host.facts.host import Facts
from serai.host.tunings.tuning import Asked, Planned, Table, choice

TABLE = Table()
IDENT = "thp-boot"
ARGUMENT = "transparent_hugepage="


@TABLE.tuning(
    IDENT,
    "no word on transparent huge pages on the kernel's command line",
    why="transparent_hugepage= holds from the kernel's first moment on, and tuned then leaves it alone for good. "
    "serai host tune thp sets the same before guests start, at once and without a reboot. So the word is taken "
    "out; with a value it is put in, for hosts where the first seconds count.",
    values="never|madvise|always",
    repairs=("mem.thp-cmdline",),
    needs="reboot",
    when_not="`never` is for real-time hosts, where no page may be moved; guests there have reserved pages.",
    old="transparent_hugepage=never in /etc/default/grub, then grub2-mkconfig to /boot/grub2/grub.cfg on a BIOS "
    "host and to /boot/efi/EFI/redhat/grub.cfg on a UEFI host. Where entries of the Boot Loader Specification "
    "are used the first changes nothing, and the second destroys a file that only leads to the first today.",
    source="Linux, Documentation/admin-guide/mm/transhuge.rst: Boot parameters; tuned, plugins/plugin_vm.py",
    guide=("MEM-6", "MEM-7", "MEM-8"),
)
def thp_boot(facts: Facts, asked: Asked) -> Planned:
    mode = choice(asked, "never", "never", "madvise", "always") if asked.value else ""
    change = kernel_arguments(
        facts.source.reach, IDENT, add=(f"{ARGUMENT}{mode}",) if mode else (), remove=(ARGUMENT,)
    )
    return Planned(changes=(change,))
