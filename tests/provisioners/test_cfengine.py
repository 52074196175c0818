"""CFEngine: what its agent is told, by a stand-in; tests/e2e has the real one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from provision_guest import Guest
from serai.provisioners import cfengine
from serai.provisioners.cfengine import agent, yum_repository
from serai.spec.machine import Machine
from serai.spec.provisioners.cfengine import Cfengine, CfengineMode
from serai.util.errors import Code, SeraiError


@pytest.fixture
def guest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Guest:
    """Its work directory is the test's own."""
    guest = Guest(tmp_path / "guest")
    guest.stand_in("cf-agent")
    home = guest.place / "cfengine"
    home.mkdir()
    monkeypatch.setattr(cfengine, "HOME", f"echo {home}")
    (guest.root / "motd.cf").write_text("bundle agent main {}\n")
    return guest


def once(guest: Guest, **keys: Any) -> None:
    block = Cfengine(mode=CfengineMode.SINGLE_RUN, upload_path=str(guest.place / "policy.cf"), **keys)
    cfengine.run(block, guest.job())


def test_a_policy_of_the_project_is_run_once(guest: Guest) -> None:
    once(guest, run_file="motd.cf", classes=["web", "prod"], extra_agent_args="--verbose")

    assert guest.called() == [
        f"cf-agent --no-lock --inform --define web,prod --file {guest.place}/policy.cf --verbose"
    ]
    assert (guest.place / "policy.cf").stat().st_mode & 0o777 == 0o600


def test_a_promise_that_is_not_kept_is_a_failure_though_the_agent_ends_with_zero(guest: Guest) -> None:
    guest.stand_in("cf-agent", "echo '   error: Cannot edit /etc/motd'")
    with pytest.raises(SeraiError) as failed:
        once(guest, run_file="motd.cf")

    assert failed.value.message == "web: provision block-1: the policy motd.cf ended with exit code 1"
    assert failed.value.details[-1] == "   error: Cannot edit /etc/motd"


def test_an_agent_that_fails_is_a_failure(guest: Guest) -> None:
    guest.stand_in("cf-agent", "exit 4")
    with pytest.raises(SeraiError, match="ended with exit code 4"):
        once(guest, run_file="motd.cf")


def test_a_host_joins_its_hub_once(guest: Guest) -> None:
    block = Cfengine(policy_server_address="10.0.0.2")
    cfengine.run(block, guest.job())
    assert guest.called() == ["cf-agent --bootstrap 10.0.0.2", "cf-agent --no-lock --inform"]

    (guest.place / "cfengine/policy_server.dat").write_text("10.0.0.2\n")
    cfengine.run(block, guest.job())
    assert guest.called()[2:] == ["cf-agent --no-lock --inform"]
    assert "it has joined 10.0.0.2 before" in guest.lines

    cfengine.run(Cfengine(policy_server_address="10.0.0.2", force_bootstrap=True), guest.job())
    assert guest.called()[3] == "cf-agent --bootstrap 10.0.0.2"


def test_the_hubs_policy_is_fetched_before_it_is_run(guest: Guest) -> None:
    (guest.place / "cfengine/inputs").mkdir()
    (guest.place / "cfengine/inputs/update.cf").touch()
    cfengine.run(Cfengine(policy_server_address="10.0.0.2"), guest.job())

    assert guest.called()[1:] == ["cf-agent --no-lock --inform --file update.cf", "cf-agent --no-lock --inform"]


def test_a_hub_joins_its_own_address_and_has_the_projects_policies(guest: Guest) -> None:
    guest.program("hostname", "#!/bin/sh\necho 10.0.0.7 192.168.1.1\n")
    (guest.root / "files/masterfiles").mkdir(parents=True)
    (guest.root / "files/masterfiles/promises.cf").write_text("bundle agent main {}\n")
    cfengine.run(Cfengine(am_policy_hub=True, files_path="files"), guest.job())

    assert guest.called()[0] == "cf-agent --bootstrap 10.0.0.7"
    assert (guest.place / "cfengine/masterfiles/promises.cf").exists()


@pytest.mark.parametrize("keys", [{}, {"mode": CfengineMode.SINGLE_RUN}])
def test_what_a_mode_needs_is_said(guest: Guest, keys: dict[str, Any]) -> None:
    with pytest.raises(SeraiError):
        cfengine.run(Cfengine(**keys), guest.job())

    assert guest.called() == []


def test_a_policy_that_is_not_there_is_said_first(guest: Guest) -> None:
    with pytest.raises(SeraiError) as failed:
        once(guest, run_file="absent.cf")

    assert failed.value.code is Code.INPUT


def test_a_stated_repository_is_written_with_its_key(guest: Guest, monkeypatch: pytest.MonkeyPatch) -> None:
    guest.program("apt-get", "#!/bin/sh\n")
    monkeypatch.setattr("serai.images.download.text", lambda url: f"key of {url}\n")
    monkeypatch.setattr(cfengine, "KEY", str(guest.place / "key.asc"))
    once(
        guest,
        run_file="motd.cf",
        deb_repo_line="deb https://mirror/apt stable main",
        deb_repo_file=str(guest.place / "cfengine.list"),
        repo_gpg_key_url="https://mirror/gpg.key",
        package_name="cfengine-community",
    )

    assert (guest.place / "cfengine.list").read_text() == "deb https://mirror/apt stable main\n"
    assert (guest.place / "key.asc").read_text() == "key of https://mirror/gpg.key\n"


def test_a_yum_repository_is_signed_by_its_key() -> None:
    text = yum_repository(Cfengine(yum_repo_url="https://mirror/yum"))

    assert "baseurl=https://mirror/yum\n" in text
    assert "gpgcheck=1\ngpgkey=file:///etc/pki/rpm-gpg/cfengine.asc\n" in text


def test_files_of_the_project_count_for_the_digest() -> None:
    block = Cfengine(files_path="files", run_file="motd.cf")

    assert cfengine.inputs(block, Machine(name="web"))[0] == ["files", "motd.cf"]


def test_the_agent_leaves_nothing_out() -> None:
    assert agent(Cfengine()) == "cf-agent --no-lock --inform"
