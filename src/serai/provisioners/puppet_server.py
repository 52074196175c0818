"""Puppet with a server: one run of the agent (VAG-10)."""

from __future__ import annotations

from shlex import quote

from serai.provisioners import puppets
from serai.provisioners.job import Job
from serai.spec.machine import Machine
from serai.spec.provisioners.puppet import PuppetServer

PLACE = "/var/lib/serai/puppet-agent"
"""Of certificates that the project gives; root's alone."""
MEANINGS = {
    1: "the agent could not run: the server {server} was not reached, has no certificate for this node or no "
    "catalog, or another run holds the lock",
    4: "resources of the catalog have failed",
    6: "resources of the catalog have failed, others were changed",
}
"""Source: puppet-agent(8), --detailed-exitcodes."""


def inputs(block: PuppetServer, machine: Machine) -> tuple[list[str], object]:
    """See Provisioner.inputs."""
    return [path for path in (block.client_cert_path, block.client_private_key_path) if path], machine.env


def run(block: PuppetServer, job: Job) -> None:
    """See provisioners.run."""
    given = [block.client_cert_path, block.client_private_key_path]
    certificate, private = (job.path(path) if path else None for path in given)
    program = puppets.find(block, job)
    if certificate and private:
        job.ask(f"umask 077; mkdir -p {quote(PLACE)}/certs {quote(PLACE)}/private_keys")
        job.put(certificate, f"{PLACE}/certs/{block.puppet_node}.pem", mode="0644")
        job.put(private, f"{PLACE}/private_keys/{block.puppet_node}.pem", mode="0600")
    meanings = {code: text.replace("{server}", block.puppet_server) for code, text in MEANINGS.items()}
    puppets.run(block, job, command(block, program), puppets.environment(block.facter), meanings=meanings)


def command(block: PuppetServer, program: str) -> list[str]:
    """The words of puppet.

    By itself it would wait for ever where nobody has signed the node; and where a manifest does not compile, it
    would apply what it was given before, as if all were well.
    """
    argv = [program, "agent", "--onetime", "--no-daemonize", "--color=false", "--waitforcert=0"]
    argv += ["--no-usecacheonfailure", *block.options]
    if block.puppet_node:
        argv += ["--certname", block.puppet_node]
    if block.client_cert_path:
        argv += [f"--certdir={PLACE}/certs", f"--privatekeydir={PLACE}/private_keys"]
    return [*argv, "--server", block.puppet_server, "--detailed-exitcodes"]
