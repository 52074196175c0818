"""Short forms of blocks that a tool does: `ansible: site.yml`, `docker: [nginx]`. Loaded when a file has one."""

from __future__ import annotations

from serai.loaders.yaml.form import Expand, Form, as_key, is_value, one_of, switch
from serai.loaders.yaml.nodes import Node, Scalar, Seq, is_null, mapping, of
from serai.loaders.yaml.problems import Problems
from serai.loaders.yaml.provision_forms import EACH_ITS_OWN
from serai.spec.provisioners.ansible import Ansible, AnsibleLocal
from serai.spec.provisioners.chef import ChefApply, ChefSolo, ChefZero
from serai.spec.provisioners.engines import Docker, EngineBuild, EngineRun, EngineStep, Podman
from serai.spec.provisioners.puppet import Puppet, PuppetServer
from serai.spec.provisioners.salt import Salt


def _manifest(node: Node, problems: Problems) -> Node | None:
    """A path, as its directory and its name."""
    if not isinstance(node, Scalar) or is_null(node):
        return node
    directory, _, name = node.text.rpartition("/")
    return mapping({"manifests_path": of(directory or ".", node), "manifest_file": of(name, node)}, node)


def _words_of(key: str, *, alone: bool = False) -> Expand:
    """A list, or one of its items, is short for `key`; with `alone`, `true` is the part with its defaults."""

    def expand(node: Node, problems: Problems) -> Node | None:
        if isinstance(node, Seq):
            return mapping({key: node}, node)
        return switch(key)(node, problems) if alone else as_key(key)(node, problems)

    return expand


def _step(node: Node, problems: Problems) -> Node | None:
    if is_value(node):
        return mapping({"shell": node}, node)
    return one_of(node, EngineStep.__struct_fields__, (), problems, EACH_ITS_OWN)


_TEXT = {"type": "string"}
_TEXTS = {"type": "array", "items": _TEXT}
_TRUTH = {"type": "boolean"}

TOOL_FORMS: dict[type, Form] = {
    Ansible: Form(as_key("playbook"), _TEXT),
    AnsibleLocal: Form(as_key("playbook"), _TEXT),
    ChefApply: Form(as_key("recipe"), _TEXT),
    ChefSolo: Form(_words_of("run_list"), _TEXT, _TEXTS),
    ChefZero: Form(_words_of("run_list"), _TEXT, _TEXTS),
    Docker: Form(_words_of("images", alone=True), _TRUTH, _TEXT, _TEXTS),
    Podman: Form(_words_of("images", alone=True), _TRUTH, _TEXT, _TEXTS),
    EngineBuild: Form(as_key("path"), _TEXT),
    EngineRun: Form(as_key("image"), _TEXT),
    EngineStep: Form(_step, _TEXT),
    Puppet: Form(_manifest, _TEXT),
    PuppetServer: Form(switch("puppet_server"), _TRUTH, _TEXT),
    Salt: Form(switch("minion_config"), _TRUTH, _TEXT),
}
