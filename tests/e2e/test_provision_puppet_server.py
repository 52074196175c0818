"""Puppet's agent in a container, Debian's puppetserver in another: signed, changed, kept, failing (VAG-10)."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from debian_guests import with_mirror
from lxc_host import OCTETS
from person import Serai

pytestmark = [
    pytest.mark.engine,
    pytest.mark.root,
    pytest.mark.slow,
    pytest.mark.long,
    pytest.mark.timeout(1200),
]
SERVER = r"""
set -e
echo '*' >/etc/puppet/autosign.conf
mkdir -p /etc/puppet/code/environments/production/manifests
sed -i 's/^JAVA_ARGS="-Xms1g -Xmx1g/JAVA_ARGS="-Xms256m -Xmx512m -XX:TieredStopAtLevel=1 -XX:+UseSerialGC/' \
    /etc/default/puppetserver
sed -i 's/^jruby-puppet: {/&\n    max-active-instances: 1/' /etc/puppet/puppetserver/conf.d/puppetserver.conf
setsid puppetserver foreground >/var/log/server.log 2>&1 </dev/null &
server=$!
until grep -q 'Puppet Server has successfully started' /var/log/server.log; do
    kill -0 $server || { cat /var/log/server.log; exit 1; }
    sleep 1
done
"""
SITE = """\
node 'web.inn' {
  file { '/etc/motd': content => "Welcome to the inn, ${facts['role']}\\n" }
}
node 'given.inn' {
  file { '/root/given': content => "${trusted['certname']} ${trusted['authenticated']}\\n" }
}
"""
FILE = """\
project: inn
networks: {{lan: {{subnet: {octets}.0/24}}}}
defaults: {{provider: lxc, networks: [{{private: lan}}, {{uplink: none}}], halt_timeout: 2s}}
machines:
  puppet:
    container: {{rootfs: {server}, keep_alive: true}}
    provision: [{{shell: {{path: server.sh}}}}]
  web:
    after: {{puppet: provisioned}}
    container: {{rootfs: {agent}, keep_alive: true}}
    provision:
      - puppet_server: {{puppet_node: web.inn, facter: {{role: web}}, options: [--verbose]}}
      - name: given
        run: never
        puppet_server:
          puppet_node: given.inn
          client_cert_path: given.pem
          client_private_key_path: given.key
"""
MANIFESTS = "/etc/puppet/code/environments/production/manifests/site.pp"


@pytest.fixture
def inn(boxes: Serai, test_cache: Path, need: Callable[..., None]) -> Serai:
    """A project of two containers; the agent's one has puppet in its mirror alone."""
    need("mmdebstrap")
    server = with_mirror(test_cache, there=("puppet-agent", "puppetserver"))
    boxes.file(FILE.format(octets=OCTETS, server=server, agent=with_mirror(test_cache, "puppet-agent")))
    (boxes.root / "server.sh").write_text(SERVER)
    for name in ("given.pem", "given.key"):
        (boxes.root / name).write_text("not yet\n")
    return boxes


def said(serai: Serai, *words: str, code: int = 0) -> str:
    done = serai(*words, code=code, timeout=900)
    return done.stdout + done.stderr


def served(inn: Serai, text: str) -> None:
    """The server's manifest is this one from now on."""
    (inn.root / "site.pp").write_text(text)
    inn("cp", "site.pp", f"puppet:{MANIFESTS}")
    inn("exec", "puppet", "--", f"chmod 644 {MANIFESTS}")


def test_an_agent_is_signed_and_served_once_and_a_failing_catalog_is_told(inn: Serai) -> None:
    said(inn, "up", "puppet")
    served(inn, SITE)
    first = said(inn, "up")
    assert "installing puppet-agent by apt" in first
    assert "puppet: changed" in first
    assert inn("exec", "web", "--", "cat /etc/motd").stdout == "Welcome to the inn, web\n"

    again = said(inn, "provision", "web")
    assert "puppet: all is as it should be" in again
    assert "puppet: changed" not in again

    served(inn, SITE.replace("  file { '/etc/motd'", "  exec { '/bin/false': }\n  file { '/root/more'", 1))
    failed = said(inn, "provision", "web", code=1)
    assert "web: provision puppet_server-1: resources of the catalog have failed, others were changed" in failed
    assert "puppet's exit code 6" in failed
    assert "/bin/false" in failed
    assert "serai provision web --provision-with puppet_server-1" in failed

    served(inn, "node 'web.inn' {\n")
    failed = said(inn, "provision", "web", code=1)
    assert "the agent could not run: the server puppet was not reached" in failed
    assert "Syntax error at end of input" in failed

    with_a_certificate_of_the_project(inn)


def with_a_certificate_of_the_project(inn: Serai) -> None:
    """The server makes it, the project keeps it, and the agent is known by it."""
    served(inn, SITE)
    inn("exec", "puppet", "--", "puppetserver ca generate --certname given.inn")
    ssl = "$(puppet config print ssldir --section server)"
    for kind, name in (("certs", "given.pem"), ("private_keys", "given.key")):
        found = inn("exec", "puppet", "--", f"cat {ssl}/{kind}/given.inn.pem")
        (inn.root / name).write_text(found.stdout)
    told = said(inn, "provision", "web", "--provision-with", "given")
    assert "puppet: changed" in told
    assert "certificate request" not in told
    assert inn("exec", "web", "--", "cat /root/given").stdout == "given.inn remote\n"
    private = "/var/lib/serai/puppet-agent/private_keys/given.inn.pem"
    assert inn("exec", "web", "--", f"stat -c %a {private}").stdout == "640\n"  # puppet's own mode of its keys
