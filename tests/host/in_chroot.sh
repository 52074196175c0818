# Run a program in a tree as if it were the host. In a mount namespace of its own: in_chroot.sh ROOT PROGRAM...
set -e
root=$1
shift
mount --bind "$root" "$root" # `/` has to be a mount point for grub-probe
mount --rbind /dev "$root/dev"
mount -t proc proc "$root/proc"
mount -t sysfs sysfs "$root/sys"
exec chroot "$root" /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C HOME=/root "$@"
