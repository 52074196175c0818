"""Salt's keys that do not go together are named before anything is made."""

from __future__ import annotations

from typing import Any

import pytest

from serai.spec.provisioners.salt import Salt


def wrong(**keys: Any) -> list[str]:
    return [f"{key}: {what}" for key, what, _ in Salt(**keys).problems()]


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ({"run_overstate": True}, "run_overstate: Salt has no overstate any more"),
        ({"orchestrations": ["a"]}, "orchestrations: a master orchestrates, and this is none"),
        ({"seed_master": {"a": "b"}}, "seed_master: a master knows keys"),
        ({"install_master": True, "run_highstate": True}, "run_highstate: the master would wait for a minion"),
        ({"minion_key": "a"}, "minion_key: minion_key and minion_pub go together"),
        ({"master_pub": "a"}, "master_pub: master_key and master_pub go together"),
        ({"minion_config": "a", "minion_json_config": "{}"}, "minion_json_config: minion_config is stated, too"),
        ({"install_type": "git"}, "install_type: 'git' is a word of a bootstrap script"),
        ({"bootstrap_options": "-P"}, "bootstrap_options: it goes with bootstrap_script"),
        ({"install_command": "git"}, "install_command: it goes with bootstrap_script"),
        ({"install_args": "--pre"}, "install_args: they go with install_type: pip"),
    ],
)
def test_it_is_refused(keys: dict[str, Any], said: str) -> None:
    (found,) = wrong(**keys)
    assert found.startswith(said)


@pytest.mark.parametrize(
    "keys",
    [
        {},
        {"masterless": True, "run_highstate": True, "pillar": {"a": 1}},
        {"install_master": True, "run_highstate": True, "seed_master": {"web": "web.pub"}},
        {"install_master": True, "no_minion": True, "orchestrations": ["a"]},
        {"install_type": "git", "install_args": "v3006.9", "bootstrap_script": "boot.sh"},
        {"install_type": "pip", "install_args": "--pre", "version": "3006"},
    ],
)
def test_it_is_not_refused(keys: dict[str, Any]) -> None:
    assert wrong(**keys) == []
