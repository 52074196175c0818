"""What docker's options say of a network (`docker_network__…`) and of a container on it (`docker_connect__…`).

They are the long options of `docker network create` and `docker network connect`. Source: their manual pages.
"""

from __future__ import annotations

from typing import Any

from serai.loaders.vagrantfile.mapping.draft import Draft, Options, listed, truth

CREATE, CONNECT = "docker_network__", "docker_connect__"
TEXTS = ("gateway", "ip_range", "driver")
REASONS = {
    f"{CREATE}ipv6": "serai gives IPv4 addresses",
    f"{CREATE}aux_address": "serai gives no address twice",
    f"{CREATE}attachable": "it is about swarms",
    f"{CREATE}ingress": "it is about swarms",
    f"{CREATE}scope": "it is about swarms",
    f"{CREATE}label": "networks bear serai's labels",
    f"{CREATE}config_from": "the file says all of a network",
    f"{CREATE}config_only": "the file says all of a network",
    f"{CREATE}ipam_driver": "serai chooses subnets and addresses itself",
    f"{CREATE}ipam_opt": "serai chooses subnets and addresses itself",
    f"{CONNECT}ip": "`ip` says it",
    f"{CONNECT}ip6": "serai gives IPv4 addresses",
    f"{CONNECT}link_local_ip": "the kernel gives link-local addresses",
    f"{CONNECT}driver_opt": "serai's networks need none",
}


def contained(draft: Draft, options: Options, network: dict[str, Any], nic: dict[str, Any]) -> None:
    """Into the network, and the container's place on it."""
    if name := options.take("name"):
        network["external"] = str(name)
        network.pop("subnet", None)  # whoever made it has said it
    if bridge := options.take("bridge_name"):  # vagrant-lxc's
        network["bridge"] = str(bridge)
    for key in TEXTS:
        if value := options.take(f"{CREATE}{key}"):
            network[key] = str(value)
    if (internal := options.take(f"{CREATE}internal")) is not None:
        network["internal"] = truth(internal)
    for text in listed(options.take(f"{CREATE}opt")):
        key, _, value = str(text).partition("=")
        if key == "parent":
            network["parent"] = value
        else:
            network.setdefault("options", {})[key] = value
    if aliases := [str(each) for each in listed(options.take(f"{CONNECT}alias"))]:
        nic["aliases"] = aliases
    for text in listed(options.take(f"{CONNECT}link")):
        draft.data.setdefault("container", {}).setdefault("links", []).append(str(text))
    for key, because in REASONS.items():
        options.drop(key, because)
