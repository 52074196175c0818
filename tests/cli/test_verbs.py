"""The verbs on pretended machines, through the real command line (VAG-1, VAG-11, VAG-12)."""

from __future__ import annotations

import json
import signal
import time
from pathlib import Path
from typing import Any

import pytest

SHOP = """
project: shop
defaults: {provider: fake}
machines:
  db: {provision: [{shell: "echo db", name: install}]}
  web: {count: 2, after: {db: provisioned}, networks: [{private: backend}]}
"""


def test_a_project_comes_up_and_goes_without_a_trace(serai: Any, home: Path) -> None:
    serai.file(SHOP)
    assert serai.states() == {"db": "absent", "web-1": "absent", "web-2": "absent"}
    assert serai("plan", code=2).stdout.startswith("shop: 3 machines on fake, plan: 3 to create")
    out = serai("up").stderr
    assert "note  machines on the provider fake are only pretended" in out
    assert "provisioned 1 of 1" in out
    assert set(serai.states().values()) == {"ready"}
    assert "nothing to do" in serai("plan").stdout
    assert "nothing to do" in serai("up").stderr
    serai("destroy", "-y")
    assert not list((home / "projects").iterdir())
    assert not (serai.root / ".serai").exists()


def test_a_name_brings_what_it_comes_after_and_a_glob_means_many(serai: Any) -> None:
    serai.file(SHOP)
    serai("up", "web-1")
    assert serai.states() == {"db": "ready", "web-1": "ready", "web-2": "absent"}
    serai("halt", "web-*")
    assert serai.states()["web-1"] == "stopped"
    assert "no machine is called 'wbe-1'" in serai("halt", "wbe-1", code=3).stderr


def test_halt_and_reload_and_suspend(serai: Any) -> None:
    serai.file(SHOP)
    serai("up")
    serai("suspend", "db")
    serai("suspend", "web-1", "--to-disk")
    assert serai.states() == {"db": "paused", "web-1": "suspended", "web-2": "ready"}
    serai("resume")
    assert set(serai.states().values()) == {"ready"}
    serai("halt")
    assert set(serai.states().values()) == {"stopped"}
    serai("reload")
    assert set(serai.states().values()) == {"ready"}


def test_a_reload_halts_only_what_it_brings_up_again(serai: Any) -> None:
    serai.file(
        "project: shop\ndefaults: {provider: fake}\nmachines: {web: {count: 2}, spare: {autostart: false}}\n"
    )
    serai("up")
    serai("up", "spare")
    serai.file(
        "project: shop\ndefaults: {provider: fake}\nmachines: {web: {count: 1}, spare: {autostart: false}}\n"
    )
    told = serai("reload").stderr
    assert "spare  stopping" in told
    assert "web-2  stopping" not in told
    assert serai.states() == {"web-1": "ready", "spare": "ready", "web-2": "ready"}
    serai("halt", "spare")
    serai("reload", "web-*")
    assert serai.states() == {"web-1": "ready", "spare": "stopped", "web-2": "ready"}


def test_what_the_file_does_not_name_any_more_is_not_brought_up(serai: Any) -> None:
    serai.file("project: shop\nmachines: {web: {provider: fake, count: 2}}\n")
    serai("up")
    serai.file("project: shop\nmachines: {web: {provider: fake, count: 1}}\n")
    for verb in ("up", "plan", "reload"):
        told = serai(verb, "web-1", "web-2", code=3).stderr
        assert "web-2 is not in the project file" in told
        assert "serai destroy web-2" in told
        assert "nothing to do" in serai("up", "web-*").stderr


def test_a_reload_that_cannot_end_well_halts_nothing(serai: Any) -> None:
    serai.file(SHOP)
    serai("up")
    assert "nosuch" in serai("reload", "--provision-with", "nosuch", code=3).stderr
    assert set(serai.states().values()) == {"ready"}


def test_changes_are_shown_by_key_and_done_as_the_provider_can(serai: Any) -> None:
    serai.file("project: shop\nmachines: {web: {provider: fake, memory: 512M, image: a}}\n")
    serai("up")
    serai.file("project: shop\nmachines: {web: {provider: fake, memory: 1GiB, cpus: 2, image: a}}\n")
    shown = serai("plan", code=2).stdout
    assert "memory.size 512MiB (default) -> 1GiB" in shown
    assert "restart" in shown
    assert "serai reload web" in serai("up").stderr
    assert "cpu" in serai("plan", code=2).stdout
    serai("reload")
    assert "nothing to do" in serai("plan").stdout


def test_keep_protects_against_recreate_and_destroy(serai: Any) -> None:
    serai.file("project: shop\nmachines: {db: {provider: fake, image: a, keep: true}}\n")
    serai("up")
    serai.file("project: shop\nmachines: {db: {provider: fake, image: b, keep: true}}\n")
    assert "refused: keep is true (--force destroys its disks root)" in serai("plan", code=2).stdout
    serai("up")
    assert serai.states() == {"db": "ready"}
    assert "keep is true" in serai("destroy", "-y", code=4).stderr
    serai("up", "--force", "-y")
    assert "nothing to do" in serai("plan").stdout
    serai("destroy", "-y", "--force")


def test_a_failed_create_leaves_nothing_half_made(serai: Any, home: Path) -> None:
    serai.file('project: shop\nmachines: {db: {provider: fake, providers: {fake: {fail: {create: "full"}}}}}\n')
    assert "db: create: full" in serai("up", code=1).stderr
    assert serai.states() == {"db": "absent"}


def test_blocks_run_once_again_when_changed_and_when_asked(serai: Any) -> None:
    blocks = "[{shell: echo one, name: a}, {shell: echo two}]"
    text = f"project: shop\nmachines: {{web: {{provider: fake, provision: {blocks}}}}}\n"
    serai.file(text)
    serai("up")
    assert "provision" not in serai("up").stderr
    serai.file(text.replace("echo two", "echo three"))
    assert "provision shell-1" in serai("plan", code=2).stdout
    assert serai.json("plan", code=2)["machines"]["web"]["provision"] == [{"block": "shell-1", "why": "changed"}]
    serai("up")
    assert "provision: " not in serai("plan").stdout
    serai("provision", "--provision-with", "a")
    assert "no provisioning block is called 'b'" in serai("provision", "--provision-with", "b", code=3).stderr
    assert "no provisioning block is called 'b'" in serai("up", "--provision-with", "b", code=3).stderr


def test_hooks_run_on_the_host_and_stop_the_machine_when_they_fail(serai: Any) -> None:
    serai.file("""
project: shop
machines:
  web:
    provider: fake
    hooks: {after_up: 'echo "$SERAI_MACHINE up" > up.txt', before_destroy: {run: "false", on_error: continue}}
""")
    serai("up")
    assert (serai.root / "up.txt").read_text() == "web up\n"
    serai("destroy", "-y")
    serai.file("project: shop\nmachines: {web: {provider: fake, hooks: {before_start: exit 3}}}\n")
    assert "web: hook before_start failed" in serai("up", code=1).stderr
    assert serai.states() == {"web": "stopped"}


def test_two_ups_at_once_the_second_waits_and_finds_nothing_to_do(serai: Any) -> None:
    serai.file("project: shop\nmachines: {web: {provider: fake, providers: {fake: {delay: {create: 1}}}}}\n")
    first = serai.spawn("up")
    time.sleep(0.5)
    second = serai("up")
    assert first.wait(30) == 0
    assert "waiting: project shop is in use by serai up (pid" in second.stderr
    assert "nothing to do" in second.stderr


def test_ctrl_c_leaves_a_state_that_the_next_up_finishes(serai: Any) -> None:
    serai.file("project: shop\nmachines: {web: {provider: fake, providers: {fake: {delay: {start: 30}}}}}\n")
    running = serai.spawn("up")
    time.sleep(1)
    running.send_signal(signal.SIGINT)
    _, errors = running.communicate(timeout=20)
    assert running.returncode == 130
    assert "interrupted" in errors
    serai.file("project: shop\nmachines: {web: {provider: fake}}\n")
    serai("up")
    assert serai.states() == {"web": "ready"}


def test_an_unknown_provider_is_an_error_with_the_known_ones(serai: Any) -> None:
    serai.file("project: shop\nmachines: {web: {provider: qmeu}}\n")
    assert "no provider is called 'qmeu'" in serai("up", code=3).stderr


def test_one_machine_after_another(serai: Any) -> None:
    serai.file("project: shop\ndefaults: {provider: fake}\nmachines: {a: {}, b: {}}\n")
    lines = serai("up", "--no-parallel").stderr.splitlines()
    assert lines.index("b  creating") > max(at for at, line in enumerate(lines[:-2]) if line.startswith("a  "))


def test_a_pattern_means_the_machines_that_it_is_found_in(serai: Any) -> None:
    serai.file(SHOP)
    serai("up")
    serai("halt", "/^web-[12]$/")
    assert serai.states() == {"db": "ready", "web-1": "stopped", "web-2": "stopped"}
    assert "is no pattern" in serai("halt", "/web-(/", code=3).stderr


def test_a_graceful_destroy_halts_first(serai: Any) -> None:
    serai.file("project: shop\nmachines: {a: {provider: fake}}\n")
    serai("up")
    out = serai("destroy", "-y", "-g").stderr
    assert out.index("stopping") < out.index("destroying")


def test_all_projects_are_not_those_that_are_named(serai: Any) -> None:
    serai.file(SHOP)
    serai("up")
    assert "it takes no names" in serai("suspend", "db", "--all-global", code=64).stderr
    assert set(serai.states().values()) == {"ready"}


@pytest.mark.parametrize("words", ["", ",", ",,"])
@pytest.mark.parametrize("verb", ["up", "reload", "provision", "resume"])
def test_a_list_of_no_block_is_no_choice_of_all(serai: Any, verb: str, words: str) -> None:
    serai.file(SHOP)
    serai("up")
    serai("suspend", "db")
    before = serai.states()
    assert "names no block" in serai(verb, "--provision-with", words, code=64).stderr
    assert serai.states() == before


def test_each_verb_tells_in_json_how_the_machines_are_then(serai: Any) -> None:
    serai.file(SHOP)
    serai("up")

    def told(*words: str) -> dict[str, str]:
        done = serai(*words, "--json")
        assert done.stderr == ""
        return {name: each["state"] for name, each in json.loads(done.stdout)["machines"].items()}

    assert told("halt", "db") == {"db": "stopped"}
    assert told("reload", "db") == {"db": "ready"}
    assert told("suspend", "web-*") == {"web-1": "paused", "web-2": "paused"}
    assert told("resume", "--provision-with", "install") == {"db": "ready", "web-1": "ready", "web-2": "ready"}
    assert told("provision", "db") == {"db": "ready"}
    serai("halt", "db")
    serai("clone", "db", "db2")
    assert told("destroy", "-y", "db*") == {"db": "absent", "db2": "absent"}
    body = json.loads(serai("suspend", "--all-global", "--json").stdout)["machines"]
    assert [(each["project"], each["name"], each["state"]) for each in body] == [
        ("shop", "web-1", "paused"),
        ("shop", "web-2", "paused"),
    ]
    assert body == serai.json("global-status")["machines"]
    assert told("destroy", "-y") == {"db": "absent", "web-1": "absent", "web-2": "absent"}


def test_what_fails_is_told_beside_the_json(serai: Any) -> None:
    serai.file('project: shop\nmachines: {web: {provider: fake, providers: {fake: {fail: {stop: "stuck"}}}}}\n')
    serai("up")
    for verb in ("halt", "reload"):
        done = serai(verb, "--json", code=1)
        assert "web: stop: stuck" in done.stderr
        assert json.loads(done.stdout)["machines"]["web"]["state"] == "ready"
