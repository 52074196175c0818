"""Who drives a domain on dom0: xl, or libvirt's Xen driver by virsh. Words of a shell for each act; pure.

A domain of libvirt's is defined there, so that virt-manager and virsh know it. What libvirt is told is its own
reading of our xl.cfg (domxml-from-native), which tests hold to our XML. Both toolstacks make domains by libxl: xl
lists those of either, and reads their consoles.
"""

from __future__ import annotations

from shlex import quote

from serai.providers.xen.logs import told
from serai.providers.xen_guest import AMD
from serai.spec.xen import Via

VIRSH = "virsh -q -c xen:///system"
LOGS = "/var/log/libvirt/libxl"
"""Where libvirt has a log of each domain. Source: libvirt, src/libxl/libxl_domain.c."""
KIB_OF_MIB = 1024
NESTED = """\
f=vmx; grep -qE '{amd}' /proc/cpuinfo && f=svm
sed -i -e "/<feature .*name='$f'/d" -e "s|<cpu mode='host-passthrough'/>|<cpu mode='host-passthrough'></cpu>|" \\
  -e "s|<cpu mode='host-passthrough'>|&<feature policy='require' name='$f'/>|" {xml}
grep -q "name='$f'" {xml} || {{ echo 'error: libvirt has not read nestedhvm' >&2; false; }}"""
"""libvirt reads nestedhvm as a processor like the host's; its driver has nested HVM only where the extension is
required by its name, or its own configuration says so. Source: libvirt, libxl_conf.c; libxl.conf, nested_hvm."""


class Xl:
    """Domains of xl's alone: gone when they end."""

    def create(self, config: str, name: str, *, nested: bool) -> str:
        """Made, and paused. `nested`: with nested HVM, which xl reads of the file."""
        return f"xl create -q -p {quote(config)}"

    def destroy(self, number: int | str) -> str:
        return f"xl destroy {_word(number)}"

    def autostart(self, link: str, config: str, name: str, on: bool) -> str:
        """By a link that xendomains reads when dom0 starts."""
        folder = quote(link.rpartition("/")[0])
        return f"mkdir -p {folder} && ln -sfn {quote(config)} {quote(link)}" if on else f"rm -f {quote(link)}"

    def forget(self, link: str, name: str) -> str:
        """Nothing but that link is kept anywhere."""
        return f"rm -f {quote(link)}"

    def pause(self, number: int) -> str:
        return f"xl pause {number}"

    def unpause(self, number: int | str) -> str:
        return f"xl unpause {_word(number)}"

    def shutdown(self, number: int) -> str:
        """By the guest's own driver, else by ACPI."""
        return f"xl shutdown -F {number}"

    def save(self, number: int, file: str) -> str:
        return f"xl save {number} {file} >/dev/null"

    def restore(self, file: str) -> str:
        """Paused. The configuration is in the file, too. Source: xl(1), restore."""
        return f"xl restore -p {quote(file)} >/dev/null"

    def memory(self, number: int, mib: int) -> str:
        return f"xl mem-set {number} {mib}m"

    def vcpus(self, number: int, count: int) -> str:
        """As many as stated, be they more than dom0 has: `xl create` makes such a guest, too."""
        return f"xl vcpu-set --ignore-host {number} {count}"

    def pin(self, number: int, vcpu: int, place: str) -> str:
        return f"xl vcpu-pin {number} {vcpu} {quote(place)}"

    def share(self, number: int, key: str, value: int) -> str:
        which = "case $(xl info xen_scheduler) in credit) s=sched-credit ;; *) s=sched-credit2 ;; esac"
        return f"{which}; xl $s -d {number} -{key[0]} {value}"


class Libvirt(Xl):
    """Domains that libvirt defines; they stay defined when they end."""

    def create(self, config: str, name: str, *, nested: bool) -> str:
        """Defined anew each time: the file is what counts."""
        xml = quote(f"{config}.xml")
        read = f"{VIRSH} domxml-from-native xen-xl {quote(config)} >{xml}"
        if nested:
            read += f" && {{ {NESTED.format(xml=xml, amd='|'.join(AMD))}; }}"
        define = f"{VIRSH} define {xml} >/dev/null"
        return told(f"{read} && {define} && {VIRSH} start --paused {quote(name)} >/dev/null")

    def destroy(self, number: int | str) -> str:
        return f"{VIRSH} destroy {_word(number)} >/dev/null"

    def autostart(self, link: str, config: str, name: str, on: bool) -> str:
        """libvirt's own flag, which a domain has that is defined."""
        return f"{VIRSH} autostart {quote(name)}{'' if on else ' --disable'} >/dev/null"

    def forget(self, link: str, name: str) -> str:
        there = f"{VIRSH} dominfo {quote(name)} >/dev/null 2>&1"
        return f"! {there} || {VIRSH} undefine {quote(name)} >/dev/null\nrm -f {quote(f'{LOGS}/{name}.log')}"

    def pause(self, number: int) -> str:
        return f"{VIRSH} suspend {number} >/dev/null"

    def unpause(self, number: int | str) -> str:
        return f"{VIRSH} resume {_word(number)} >/dev/null"

    def shutdown(self, number: int) -> str:
        return f"{VIRSH} shutdown {number}"

    def save(self, number: int, file: str) -> str:
        return f"{VIRSH} save {number} {file} >/dev/null"

    def restore(self, file: str) -> str:
        return told(f"{VIRSH} restore --paused {quote(file)} >/dev/null")

    def memory(self, number: int, mib: int) -> str:
        return f"{VIRSH} setmem {number} {mib * KIB_OF_MIB} --live"

    def vcpus(self, number: int, count: int) -> str:
        return f"{VIRSH} setvcpus {number} {count} --live"

    def pin(self, number: int, vcpu: int, place: str) -> str:
        cpus = (
            f"0-$(($({VIRSH} nodecpumap | sed -n 's/^CPUs present: *//p') - 1))"
            if place == "all"
            else quote(place)
        )
        return f"{VIRSH} vcpupin {number} {vcpu} {cpus} --live"


def _word(number: int | str) -> str:
    return quote(str(number))


def stack(via: Via) -> Xl:
    return Libvirt() if via is Via.LIBVIRT else Xl()
