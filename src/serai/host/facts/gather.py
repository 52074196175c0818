"""What checks usually read, so that of a host that is elsewhere it comes at once, in one round trip.

What is not here is asked for when a check wants it: this is for speed alone, and may lack anything.
"""

from __future__ import annotations

from serai.host.facts.storage import POOLS
from serai.host.reach.local import PROGRAMS

CONFIGURED = (
    "/etc/docker /etc/dracut.conf.d /etc/kernel /etc/libvirt /etc/libvirt/qemu /etc/libvirt/qemu/networks "
    "/etc/libvirt/qemu/networks/autostart /etc/libvirt/qemu/autostart /etc/mkinitcpio.conf.d /etc/modprobe.d "
    "/etc/modules-load.d /etc/security/limits.d /etc/sysconfig /etc/sysconfig/network-scripts /etc/sysctl.d "
    "/etc/tmpfiles.d /etc/apparmor.d /etc/selinux /etc/lxc /etc/xen /etc/tuned /etc/systemd/system "
    "/etc/systemd/system/*.wants /etc/systemd/system/*.requires /run/modprobe.d /usr/lib/modprobe.d "
    "/usr/lib/tmpfiles.d /usr/lib/systemd/system /usr/share/lxc/templates /usr/share/qemu/firmware /boot "
    "/boot/grub /boot/grub2 /boot/loader /boot/loader/entries /var/lib/lxc /lib/modules /usr/lib/modules"
)
"""Directories of configuration."""
NAMES = (
    "/",
    *("/dev", "/dev/net", "/dev/vfio", "/etc", "/proc", "/proc/self/ns", "/proc/xen", "/run", "/run/systemd"),
    *("/proc/sys/*", "/proc/sys/net/ipv4", "/proc/sys/net/bridge", "/proc/sys/net/netfilter"),
    *("/lib", "/usr", "/usr/lib", "/usr/libexec", "/usr/lib/qemu", "/var", "/var/lib", "/var/lib/libvirt"),
    *PROGRAMS,
    *CONFIGURED.split(),
    *("/sys", "/sys/block", "/sys/bus", "/sys/bus/*", "/sys/bus/*/devices", "/sys/bus/pci/devices/*"),
    *("/sys/class", "/sys/class/net", "/sys/class/net/*", "/sys/class/iommu", "/sys/class/ptp", "/sys/class/drm"),
    *("/sys/devices/system", "/sys/devices/system/node", "/sys/devices/system/node/*"),
    *(
        "/sys/devices/system/node/*/hugepages",
        "/sys/devices/system/cpu",
        "/sys/devices/system/cpu/vulnerabilities",
    ),
    *("/sys/devices/system/cpu/cpu0", "/sys/devices/system/cpu/cpu0/cpufreq", "/sys/devices/system/cpu/smt"),
    *("/sys/firmware", "/sys/firmware/acpi", "/sys/firmware/acpi/tables", "/sys/fs", "/sys/fs/cgroup"),
    *("/sys/hypervisor", "/sys/kernel", "/sys/kernel/mm", "/sys/kernel/mm/*", "/sys/kernel/iommu_groups"),
    *("/sys/kernel/iommu_groups/*", "/sys/kernel/iommu_groups/*/devices", "/sys/kernel/security"),
    *("/sys/module", "/sys/module/kvm*", "/sys/module/kvm*/parameters", "/sys/module/vfio*"),
    *("/sys/module/vfio*/parameters", "/sys/module/apparmor/parameters"),
)
FILES = (
    *("/proc/cmdline", "/proc/cpuinfo", "/proc/meminfo", "/proc/mounts", "/proc/swaps", "/proc/modules"),
    *("/proc/net/route", "/proc/net/ip_tables_names", "/proc/xen/capabilities", "/proc/[0-9]*/comm"),
    *("/proc/sys/fs/aio*", "/proc/sys/kernel/osrelease", "/proc/sys/kernel/numa_balancing"),
    *("/proc/sys/kernel/random/entropy_avail", "/proc/sys/kernel/random/boot_id"),
    *("/proc/sys/kernel/io_uring_disabled", "/proc/sys/kernel/sched_*", "/proc/sys/kernel/dmesg_restrict"),
    *("/proc/sys/net/ipv4/ip_forward", "/proc/sys/net/ipv6/conf/all/forwarding", "/proc/sys/net/bridge/*"),
    *("/proc/sys/vm/overcommit*", "/proc/sys/vm/swappiness", "/proc/sys/vm/zone_reclaim_mode"),
    *("/proc/sys/vm/nr_hugepages*", "/proc/sys/vm/max_map_count", "/proc/sys/vm/hugetlb_shm_group"),
    *("/etc/group", "/etc/passwd", "/etc/os-release", "/etc/fstab", "/etc/exports", "/etc/modules"),
    *("/etc/subgid", "/etc/subuid", "/etc/default/grub", "/etc/default/grub.d/*", "/etc/selinux/config"),
    *("/etc/kernel/cmdline", "/etc/docker/daemon.json", "/etc/libvirt/*.conf", "/etc/libvirt/qemu/*.xml"),
    *("/etc/lxc/*.conf", "/etc/lxc/lxc-usernet", "/etc/mkinitcpio.conf", "/etc/mkinitcpio.conf.d/*"),
    *("/etc/dracut.conf", "/etc/dracut.conf.d/*", "/etc/initramfs-tools/modules", "/etc/modprobe.d/*"),
    *("/etc/modules-load.d/*", "/etc/security/limits.conf", "/etc/security/limits.d/*", "/etc/sysconfig/docker"),
    *("/etc/sysctl.conf", "/etc/sysctl.d/*", "/etc/tmpfiles.d/*", "/etc/tuned/active_profile", "/etc/xen/xl.conf"),
    *("/run/modprobe.d/*", "/usr/lib/modprobe.d/*", "/usr/share/qemu/firmware/*.json"),
    *("/var/lib/lxc/*/config", "/boot/grub/grub.cfg", "/boot/grub2/grub.cfg", "/boot/loader/entries/*"),
    *("/lib/modules/*/modules.builtin", "/lib/modules/*/modules.dep"),
    *("/sys/block/*/queue/scheduler", "/sys/block/*/queue/rotational", "/sys/block/*/queue/discard_max_bytes"),
    *(f"/sys/bus/pci/devices/*/{name}" for name in ("vendor", "device", "class", "numa_node", "boot_vga")),
    *("/sys/bus/pci/devices/*/reset_method", "/sys/bus/pci/devices/*/sriov_*vfs", "/sys/class/dmi/id/*_vendor"),
    *("/sys/class/net/*/mtu", "/sys/class/net/*/bridge/stp_state", "/sys/class/net/*/bridge/forward_delay"),
    *("/sys/class/dmi/id/product_name", "/sys/fs/cgroup/cgroup.controllers", "/sys/kernel/security/lockdown"),
    "/sys/devices/system/clocksource/clocksource0/*_clocksource",
    *("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor", "/sys/devices/system/cpu/isolated"),
    *("/sys/devices/system/cpu/smt/*", "/sys/devices/system/cpu/vulnerabilities/*", "/sys/hypervisor/type"),
    *("/sys/devices/system/node/online", "/sys/devices/system/node/*/hugepages/*/*_hugepages"),
    *("/sys/kernel/mm/hugepages/*/*_hugepages", "/sys/kernel/mm/ksm/*", "/sys/kernel/mm/transparent_hugepage/*"),
    *("/sys/kernel/iommu_groups/*/type", "/sys/kernel/iommu_groups/*/reserved_regions"),
    *(
        "/sys/module/apparmor/parameters/enabled",
        "/sys/module/kvm*/parameters/*",
        "/sys/module/vfio*/parameters/*",
    ),
)
LINKS = (
    *("/sys/bus/pci/devices/*/driver", "/sys/bus/pci/devices/*/iommu_group", "/sys/class/net/*/master"),
    *("/sys/class/net/*/device", "/sys/kernel/iommu_groups/*/devices/*"),
)
QUESTIONS = (
    *(("clock", ""), ("kvm-api", ""), ("memlock", ""), ("user", ""), ("fqdn", ""), ("owner", "/dev/kvm")),
    *((question, place) for question in ("space", "direct") for place in POOLS),
    *(("owner", place) for place in ("/var", "/var/lib", "/var/lib/libvirt", *POOLS)),
)
