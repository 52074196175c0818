"""Every key of a service is known: mapped, noted, or refused."""

from __future__ import annotations

import pytest

from compose_cases import service
from serai.loaders.compose.keys import NOTED, REFUSED, SIMPLE
from serai.loaders.compose.service import ELSEWHERE, HANDLERS, KNOWN
from serai.spec.container import Container
from serai.spec.machine import Machine

SPECIFICATION = [
    "annotations",
    "attach",
    "blkio_config",
    "build",
    "cap_add",
    "cap_drop",
    "cgroup",
    "cgroup_parent",
    "command",
    "configs",
    "container_name",
    "cpu_count",
    "cpu_percent",
    "cpu_period",
    "cpu_quota",
    "cpu_rt_period",
    "cpu_rt_runtime",
    "cpu_shares",
    "cpus",
    "cpuset",
    "credential_spec",
    "depends_on",
    "deploy",
    "develop",
    "device_cgroup_rules",
    "devices",
    "dns",
    "dns_opt",
    "dns_search",
    "domainname",
    "entrypoint",
    "env_file",
    "environment",
    "expose",
    "extends",
    "external_links",
    "extra_hosts",
    "gpus",
    "group_add",
    "healthcheck",
    "hostname",
    "image",
    "init",
    "ipc",
    "isolation",
    "label_file",
    "labels",
    "links",
    "logging",
    "mac_address",
    "mem_limit",
    "mem_reservation",
    "mem_swappiness",
    "memswap_limit",
    "models",
    "network_mode",
    "networks",
    "oom_kill_disable",
    "oom_score_adj",
    "pid",
    "pids_limit",
    "platform",
    "ports",
    "post_start",
    "pre_stop",
    "privileged",
    "profiles",
    "provider",
    "pull_policy",
    "read_only",
    "restart",
    "runtime",
    "scale",
    "secrets",
    "security_opt",
    "shm_size",
    "stdin_open",
    "stop_grace_period",
    "stop_signal",
    "storage_opt",
    "sysctls",
    "tmpfs",
    "tty",
    "ulimits",
    "use_api_socket",
    "user",
    "userns_mode",
    "uts",
    "volumes",
    "volumes_from",
    "working_dir",
]
"""Source: Compose specification, schema, definitions of a service."""


def test_every_key_of_the_specification_is_known() -> None:
    assert set(SPECIFICATION) == set(KNOWN)


def test_each_is_treated_in_one_way() -> None:
    tables = [SIMPLE, NOTED, REFUSED, HANDLERS, ELSEWHERE]

    assert sum(len(table) for table in tables) == len(KNOWN)


def test_simple_keys_go_where_the_spec_has_them() -> None:
    for path, _ in SIMPLE.values():
        fields = Container.__struct_fields__ if path[0] == "container" else Machine.__struct_fields__
        assert path[-1] in fields


@pytest.mark.parametrize("key", sorted(NOTED))
def test_what_has_no_effect_says_why(shop, key: str) -> None:
    assert shop.notes(service(f"{key}: [x]")) == [f"{key}: {NOTED[key]}"]


@pytest.mark.parametrize("key", sorted(REFUSED))
def test_what_would_make_another_service_is_refused(shop, key: str) -> None:
    assert REFUSED[key] in shop.errors(service(f"{key}: {{a: b}}"))[0]


def test_a_key_of_a_wrong_kind_is_refused_and_an_empty_one_is_none(shop) -> None:
    assert "must be a text, not a list" in shop.errors(service("user: [a]"))[0]
    assert "must be a map, not a list" in shop.errors("services: {web: [a]}\n")[0]
    assert shop.machine("user:\ncap_add: []\nsysctls: {}\ninit: false\nx-own: 1").container is None
