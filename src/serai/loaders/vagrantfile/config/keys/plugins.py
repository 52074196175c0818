"""Namespaces, providers and provisioners of plugins: what is known of them. All of them take any key."""

from __future__ import annotations

from serai.loaders.vagrantfile.config.table import Table

NAMESPACES: dict[str, tuple[str, ...]] = {
    "hostmanager": ("enabled", "manage_host", "manage_guest", "ignore_private_ip", "include_offline", "aliases",
                    "ip_resolver"),
    "hostsupdater": ("aliases", "remove_on_suspend"),
    "goodhosts": ("aliases", "remove_on_suspend", "disable_clean"),
    "vbguest": ("auto_update", "no_remote", "no_install", "iso_path", "iso_upload_path", "auto_reboot",
                "allow_downgrade", "installer", "installer_options", "installer_hooks", "installer_arguments",
                "yes"),
    "disksize": ("size",),
    "reload": (),
    "env": (),
    "cache": ("scope", "auto_detect", "synced_folder_opts", "enable_nfs"),
    "cachier": (),
    "proxy": ("http", "https", "ftp", "no_proxy", "enabled", "autoconfig"),
    "proxyconf": (),
    "apt_proxy": ("http", "https", "ftp"),
    "git_proxy": ("http",),
    "npm_proxy": ("registry",),
    "yum_proxy": ("http",),
    "docker_proxy": (),
    "chef_proxy": (),
    "pear_proxy": (),
    "svn_proxy": (),
    "env_proxy": (),
    "landrush": ("enabled", "tld", "upstream_servers", "host_ip_address", "guest_redirect_dns",
                 "host_redirect_dns"),
    "bindfs": ("default_options", "debug", "force_empty_mountpoints", "install_bindfs_from_source",
               "source_version"),
    "registration": ("username", "password", "org", "activationkey", "pools", "skip", "manager", "name",
                     "unregister_on_halt"),
    "timezone": ("value",),
    "berkshelf": ("enabled", "berksfile_path"),
    "omnibus": ("chef_version", "cache_packages", "install_url"),
    "librarian_puppet": ("puppetfile_dir", "placeholder_filename"),
    "librarian_chef": ("cheffile_dir",),
    "puppet_install": ("puppet_version",),
    "r10k": ("puppet_dir", "puppetfile_path", "module_path"),
    "dns": ("tld", "patterns", "ip"),
    "dnsmasq": (),
    "multihostsupdater": ("aliases",),
    "fsnotify": (),
    "gatling": (),
    "winnfsd": ("uid", "gid", "logging", "host_ip"),
    "persistent_storage": ("enabled", "location", "size", "mountname", "filesystem", "mountpoint", "volgroupname",
                           "use_lvm", "diskdevice", "partition"),
    "triggers": (),
    "notify_forwarder": ("enable", "port", "run_as"),
    "sshfs": ("username", "paths", "host_addr"),
    "scp": (),
    "nixos": (),
    "serverspec": (),
    "vai": (),
    "git": (),
    "auto_network": ("pool",),
    "host_shell": (),
    "windows_update": (),
    "group": ("groups",),
    "rekey": ("enable",),
    "ca_certificates": ("enabled", "certs"),
    "pristine": (),
    "share": (),
    "user": (),
    "nugrant": (),
    "ohai": ("enable", "primary_nic"),
    "openshift": (),
    "vcenter": (),
    "trellis": (),
    "s3auth": (),
    "networking": (),
    "alpine": (),
    "docker_compose": (),
    "k8s": (),
}  # fmt: skip
"""Namespace → the keys that are set and read in it."""

PROVISIONERS: tuple[str, ...] = (
    "reload", "hostmanager", "docker_compose", "serverspec", "host_shell", "guest_ansible", "unix_reboot",
    "windows_reboot", "windows-reboot", "windows-update", "windows-sysprep", "nixos", "vai", "trigger", "itamae",
    "pkg", "dsc", "puppet_apply", "salt_ssh", "inspec", "goss", "landrush", "netplan", "shell_unprivileged",
)  # fmt: skip
"""Types of provisioners that plugins bring."""

PROVIDERS: tuple[str, ...] = (
    "digital_ocean", "linode", "openstack", "rackspace", "kvm", "utm", "proxmox", "scaleway", "hcloud",
    "cloudstack", "softlayer", "joyent", "vcloud", "vcloud_director", "vmware_esxi", "esxi", "openvz", "systemd",
    "bhyve", "vagrant_hetznercloud", "hetznercloud", "exoscale", "ovh", "profitbricks", "oneandone", "brightbox",
    "gandi", "vultr", "orbstack", "tart", "vz", "null", "static", "zones", "lxd",
    "opennebula", "skytap", "cloudcenter",
    "upcloud", "packet", "incus", "podman", "ganeti", "aliyun", "outscale", "yandex",
    "nutanix", "mos", "container",
)  # fmt: skip
"""Providers that plugins bring and whose keys are not listed."""


def namespace(name: str) -> Table:
    return Table(name=name, keys=dict.fromkeys(NAMESPACES.get(name, ())), loose=True)
