# What this machine lacks, and its installation by apt: read by ./get-serai and ./run-tests.
# shellcheck shell=sh

say() { printf '%s\n' "$*"; }

# die EXIT_CODE WHAT_HAPPENED WHAT_TO_DO: the codes are those of serai itself.
die() {
    printf '%s: %s\n' "${0##*/}" "$2" >&2
    printf '  %s\n' "$3" >&2
    exit "$1"
}

# The oldest Python that serai runs on is 3.11; ensurepip is what Debian keeps in python3-venv.
find_python() {
    for name in python3 python3.14 python3.13 python3.12 python3.11; do
        path=$(command -v "$name") || continue
        if "$path" -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            say "$path"
            return 0
        fi
    done
    return 1
}

read_os_release() {
    os_id=unknown os_like='' os_version='' os_name='this system'
    if [ -r /etc/os-release ]; then
        os_id=$(. /etc/os-release && say "${ID:-unknown}")
        os_like=$(. /etc/os-release && say "${ID_LIKE:-}")
        os_version=$(. /etc/os-release && say "${VERSION_ID:-}")
        os_name=$(. /etc/os-release && say "${PRETTY_NAME:-$ID}")
    fi
}

# Whether packages carry the names below: Debian, Ubuntu, and what is made from them.
is_debian_family() {
    case " $os_id $os_like " in
        *" debian "* | *" ubuntu "*) command -v apt-get >/dev/null ;;
        *) return 1 ;;
    esac
}

# One line a need: packages | how it is seen to be there | what for.
needs_of_serai() {
    case "$os_id:$os_version" in
        ubuntu:22.*) say 'python3.11 python3.11-venv|python|runs serai (the python3 of this release is 3.10)' ;;
        *) say 'python3 python3-venv|python|runs serai (3.11 or newer, with venv)' ;;
    esac
    case $(uname -m) in
        aarch64 | arm64)
            say 'qemu-system-arm|qemu-system-aarch64|runs the machines'
            say 'qemu-efi-aarch64|/usr/share/AAVMF/AAVMF_CODE*.fd|firmware of the machines'
            say 'grub-efi-arm64-bin|/usr/lib/grub/arm64-efi/moddep.lst|lets Debian images boot'
            ;;
        *)
            say 'qemu-system-x86|qemu-system-x86_64|runs the machines'
            say 'ovmf|/usr/share/OVMF/OVMF_CODE*.fd|UEFI firmware of the machines'
            say 'grub-pc-bin|/usr/lib/grub/i386-pc/boot.img|lets Debian images boot by BIOS'
            say 'grub-efi-amd64-bin|/usr/lib/grub/x86_64-efi/moddep.lst|lets them boot by UEFI'
            ;;
    esac
    cat <<'END'
qemu-utils|qemu-img|makes and reads disk images
openssh-client|ssh|reaches the machines
rsync|rsync|copies synced folders into them
ca-certificates|/etc/ssl/certs/ca-certificates.crt|lets downloads be trusted
zstd|zstd|unpacks images and kernel modules
mmdebstrap|mmdebstrap|builds Debian images
debian-archive-keyring|/usr/share/keyrings/debian-archive-keyring.*|lets Debian's packages be trusted
e2fsprogs|mke2fs|makes file systems
mtools|mcopy|makes the UEFI system partition
fdisk|sfdisk|makes partition tables
END
}

needs_of_tests() {
    needs_of_serai
    cat <<'END'
git|git|lists the files of this checkout
ruby|ruby|answers what the reader of Vagrantfiles answers
bubblewrap|bwrap|keeps Vagrantfiles apart that ruby runs
openssh-server|sshd|stands in for a guest
sshfs|sshfs|mounts synced folders
nfs-ganesha|ganesha.nfsd|exports synced folders where the kernel does not
nfs-ganesha-vfs|/usr/lib/*/ganesha/libfsalvfs.so|reads what it exports
libnfs-utils|nfs-ls|looks at them without a kernel
busybox-static|busybox|stands in for a guest that has little
cpio|cpio|reads the tiny image's archive again
genisoimage|isoinfo|reads the seeds again
binutils|as|reads programs again, and assembles the probe of the accelerator
libvirt-daemon-system|libvirtd|is the libvirt that machines are made on
libvirt-clients|virsh|asks libvirt apart from serai
libvirt-daemon-driver-lxc|/usr/lib/libvirt/libvirt_lxc /usr/libexec/libvirt_lxc|is its driver of containers
libvirt-daemon-driver-xen|/usr/lib/*/libvirt/connection-driver/libvirt_driver_libxl.so|reads files of xl, as it does on a dom0
python3-libvirt|/usr/lib/python3/dist-packages/libvirt.py|speaks to libvirt
dnsmasq-base|dnsmasq|gives the addresses on networks of libvirt
libxml2-utils|xmllint|holds XML to the schemas of libvirt
virtinst|virt-xml|opens domains as virt-manager does
virtinst|virt-install|makes domains that are none of serai's
swtpm|swtpm|stands behind the TPMs of machines
swtpm-tools|swtpm_setup|makes the TPMs that libvirt gives to machines
iproute2|ip|makes bridges to put machines on
systemd|systemd-tmpfiles|reads the drop-ins that tunings write
systemd|systemd-analyze|holds the units that tunings write to what systemd reads
virt-what|virt-what|is a checker of hosts that serai is compared with
lxc|lxc-checkconfig|is another
tuned|tuned-adm|is another
dbus|dbus-daemon|is what tuned is asked over
iproute2|ss|sees whether a session goes on
docker.io|dockerd|runs the containers of a host
containerd|containerd|runs them for docker
runc|runc|and this one each of them
podman|podman|is the other engine of containers
slirp4netns|slirp4netns|is the network of a user's podman
skopeo|skopeo|copies images for a template of LXC's
umoci|umoci|unpacks them there
qemu-guest-agent|qemu-ga|is the agent of a guest
jq|jq|reads what they say
nftables|nft|holds filter rules to the kernel
iptables|iptables|sees what docker filters
iptables|iptables-legacy|is the filter of old beside it
iptables|iptables-nft|is the one of today by that name
openssl|openssl|makes the certificates of an engine that is elsewhere
docker-compose|docker-compose|says what Compose makes of a file
wget|wget|fetches images for LXC
xz-utils|xz|unpacks them
btrfs-progs|mkfs.btrfs|makes a file system whose subvolumes hold containers
systemd-container|systemd-nspawn|runs the containers of systemd
lxc|lxc-update-config|renames old keys of containers, apart from serai
ifupdown|ifup|makes the network of a host at boot
openvswitch-switch|ovs-vsctl|makes other bridges to put machines on
acl|setfacl|opens directories to guests
rpm|rpmbuild|makes packages that are installed by dnf and zypper
createrepo-c|createrepo_c|makes a place of such packages
dnf|dnf|installs them into a root of its own
zypper|zypper|does so, too
sudo|sudo|is how a plain user becomes root on another host
END
    case "$os_id:$os_version" in
        debian:12 | ubuntu:22.*) virtiofsd=qemu-system-common ;; # where it is one of QEMU's own programs
        *) virtiofsd=virtiofsd ;;
    esac
    case "$os_id" in
        debian) say 'pacman-package-manager|pacman|installs packages into a root of its own' ;;
    esac
    case "$os_id:$os_version" in
        debian:12) # whose vagrant is the one that the corpus was compared with
            say 'vagrant-libvirt|/usr/share/rubygems-integration/all/gems/vagrant-libvirt-*|reads Vagrantfiles too'
            ;;
    esac
    case $(uname -m) in
        aarch64 | arm64) ;; # it is of x86 alone
        *) say 'cpu-checker|kvm-ok|is another checker of hosts' ;;
    esac
    case "$os_id:$os_version" in
        debian:12 | ubuntu:*) docker=docker.io ;; # where the client is in the daemon's package
        *) docker='docker.io docker-cli' ;;
    esac
    say "$docker|docker|asks the daemon of containers"
    say "$virtiofsd|/usr/libexec/virtiofsd /usr/lib/qemu/virtiofsd|shares folders with machines"
    case "$os_id:$os_version" in
        debian:12 | ubuntu:22.*) # the last that have it
            say 'vagrant|vagrant|says what vagrant itself makes of a Vagrantfile'
            libvirt=/usr/share/rubygems-integration/all/specifications/vagrant-libvirt-*.gemspec
            say "vagrant-libvirt|$libvirt|is its provider for libvirt"
            ;;
    esac
    case "$os_id:$os_version" in
        ubuntu:22.*) ;; # has none
        *) say 'passt|passt|is the faster user networking' ;;
    esac
}

# is_there HOW: a program on PATH (sbin too), a file pattern, or a Python that will do.
is_there() {
    case $1 in
        python) find_python >/dev/null ;;
        /*)
            for file in $1; do
                [ -e "$file" ] && return 0
            done
            return 1
            ;;
        *) PATH="$PATH:/usr/sbin:/sbin" command -v "$1" >/dev/null ;;
    esac
}

# Reads needs from stdin, gives those that are not met.
missing_of() {
    while IFS='|' read -r packages how why; do
        is_there "$how" || say "$packages|$how|$why"
    done
}

# Runs a command as root.
as_root() {
    if [ "$(id -u)" -eq 0 ]; then
        "$@"
    else
        sudo -- "$@"
    fi
}

apt() { as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -o DPkg::Lock::Timeout=300 "$@"; }

# Installs with the package lists that are there, and fetches new ones only when that fails.
apt_install() {
    if ls /var/lib/apt/lists/*Packages* >/dev/null 2>&1; then
        # shellcheck disable=SC2086 # a list of package names
        apt install -y --no-install-recommends $1 && return 0
    fi
    # shellcheck disable=SC2086
    apt update && apt install -y --no-install-recommends $1
}

# install_missing NEEDS YES: says what is missing, asks once, installs it. YES is 1 for -y.
install_missing() {
    read_os_release
    missing=$(say "$1" | missing_of)
    [ -n "$missing" ] || return 0
    packages=$(say "$missing" | cut -d'|' -f1 | tr '\n' ' ')
    packages=${packages% }
    say "Missing on $os_name:"
    say "$missing" | while IFS='|' read -r names how why; do
        printf '  %-24s %s\n' "$(is_debian_family && say "$names" || say "$how")" "$why"
    done
    if ! is_debian_family; then
        die 5 "packages of $os_name are not known here" \
            "install what is named above with its own package manager, then run this again"
    fi
    if [ "$(id -u)" -ne 0 ] && ! command -v sudo >/dev/null; then
        die 5 "installing packages needs root, and sudo is not there" \
            "as root: apt-get update && apt-get install --no-install-recommends $packages"
    fi
    confirm "$2" "Install them with apt-get?" "apt-get install --no-install-recommends $packages"
    log=$(mktemp "${TMPDIR:-/tmp}/serai-apt.XXXXXX")
    say "Installing them (a few minutes; $log has the details)"
    if ! apt_install "$packages" >"$log" 2>&1 </dev/null; then
        tail -n 12 "$log" >&2
        universe=''
        [ "$os_id" != ubuntu ] || universe='; most are in universe: add-apt-repository universe'
        die 5 "apt-get could not install the packages, its last lines are above" \
            "repair what they say (network, sources$universe), then run this again"
    fi
    rm -f "$log"
    still=$(say "$1" | missing_of)
    [ -z "$still" ] || die 5 "installed, but still not found: $(say "$still" | cut -d'|' -f2 | tr '\n' ' ')" \
        "$os_name may be too old: Debian 12, Ubuntu 22.04 and newer have all of it"
}

# confirm YES QUESTION BY_HAND: goes on, or ends with 4 when nobody may be asked or the answer is no.
confirm() {
    [ "$1" = 1 ] && return 0
    if [ ! -t 0 ]; then
        die 4 "nothing was installed: there is no terminal to ask on" "run it with -y, or by hand: $3"
    fi
    printf '%s [Y/n] ' "$2"
    read -r answer || answer=no
    case $answer in
        '' | y | Y | yes | Yes) ;;
        *) die 4 "nothing was installed, as you wished" "by hand: $3" ;;
    esac
}

# checksum_of FILE_OR_DIRECTORY...: one word that changes with names and contents.
checksum_of() {
    find "$@" -type f ! -name '*.pyc' -exec sha256sum {} + | LC_ALL=C sort | sha256sum | cut -c1-16
}
