"""Short forms of provisioning blocks: `shell: echo hi`, `file: a:/b`; those of tools are in tool_forms."""

from __future__ import annotations

from serai.loaders.yaml.form import Form, is_value, one_of, pair, switch
from serai.loaders.yaml.nodes import Map, Node, is_null, mapping
from serai.loaders.yaml.problems import Problems
from serai.spec.provision import KINDS, File, Provision, Reload, Shell

EACH_ITS_OWN = "make each an entry of the list, with its own `- `"
BESIDE_BLOCK = ("name", "run", "cache")
BESIDE_SCRIPT = tuple(name for name in Shell.__struct_fields__ if name not in ("inline", "path"))


def _provision(node: Node, problems: Problems) -> Node | None:
    if is_value(node):
        return mapping({"shell": node}, node)
    if isinstance(node, Map) and "reload" in node.items:
        bare = node.items["reload"]
        node = node.replaced({**node.items, "reload": mapping({}, bare) if is_null(bare) else bare})
    return one_of(node, (*KINDS, "vagrant"), BESIDE_BLOCK, problems, EACH_ITS_OWN)


def _shell(node: Node, problems: Problems) -> Node | None:
    if is_value(node):
        return mapping({"inline": node}, node)
    return one_of(node, ("inline", "path"), BESIDE_SCRIPT, problems)


_TEXT = {"type": "string"}
_TRUTH = {"type": "boolean"}

PROVISION_FORMS: dict[type, Form] = {
    Provision: Form(_provision, _TEXT),
    Shell: Form(_shell, _TEXT),
    Reload: Form(switch(), _TRUTH),
    File: Form(pair("source", "destination", "`app.conf:/etc/app.conf`"), _TEXT),
}
