"""Keys of a service that say one thing of a container, and those that have no effect here, with the reason."""

from __future__ import annotations

from serai.loaders.mapped import Path

SIMPLE: dict[str, tuple[Path, str]] = {
    "image": (("image",), "text"),
    "hostname": (("hostname",), "text"),
    "container_name": (("container", "name"), "text"),
    "domainname": (("container", "domainname"), "text"),
    "user": (("container", "user"), "text"),
    "working_dir": (("container", "working_dir"), "text"),
    "stop_signal": (("container", "stop_signal"), "text"),
    "stop_grace_period": (("container", "stop_timeout"), "seconds"),
    "init": (("container", "init"), "flag"),
    "tty": (("container", "tty"), "flag"),
    "stdin_open": (("container", "stdin_open"), "flag"),
    "privileged": (("container", "privileged"), "flag"),
    "read_only": (("container", "read_only"), "flag"),
    "cap_add": (("container", "cap_add"), "words"),
    "cap_drop": (("container", "cap_drop"), "words"),
    "security_opt": (("container", "security_opt"), "words"),
    "group_add": (("container", "group_add"), "words"),
    "device_cgroup_rules": (("container", "device_cgroup_rules"), "words"),
    "dns": (("container", "dns"), "words"),
    "dns_opt": (("container", "dns_opt"), "words"),
    "dns_search": (("container", "dns_search"), "words"),
    "expose": (("container", "expose"), "words"),
    "tmpfs": (("container", "tmpfs"), "words"),
    "sysctls": (("container", "sysctls"), "texts"),
    "labels": (("container", "labels"), "texts"),
    "cgroup": (("container", "cgroupns"), "text"),
    "cgroup_parent": (("container", "cgroup_parent"), "text"),
    "uts": (("container", "uts"), "text"),
    "userns_mode": (("container", "userns"), "text"),
    "runtime": (("container", "runtime"), "text"),
    "oom_score_adj": (("container", "oom_score_adj"), "whole"),
}
"""Key -> where it goes, and how its value is read."""

NOTED: dict[str, str] = {
    "annotations": "no provider of serai's passes annotations on",
    "attach": "`serai logs -f` shows the output of those that are named",
    "blkio_config": "serai sets no limits of block devices",
    "cpu_count": "it is for Windows",
    "cpu_percent": "it is for Windows",
    "cpu_rt_period": "serai sets no real-time budget",
    "cpu_rt_runtime": "serai sets no real-time budget",
    "credential_spec": "it is for Windows",
    "develop": "serai does not watch the sources: `serai up` again",
    "external_links": "what is not of the project is found by its own name",
    "isolation": "it is for Windows",
    "mem_swappiness": "cgroups of version 2 have no such setting",
    "oom_kill_disable": "cgroups of version 2 have no such setting",
    "storage_opt": "serai sets no options of the storage driver",
    "use_api_socket": "a container that drives its engine is root on the host: mount the socket by `volumes`",
}
"""Keys that are known, and do nothing here."""

REFUSED: dict[str, str] = {
    "models": "serai runs no models",
    "provider": "serai runs no providers of Compose's",
}
"""Keys without which the service would be another one."""
