"""CGI: its escapes."""

from __future__ import annotations

import html
from urllib.parse import unquote_plus

from serai.loaders.vagrantfile.ruby.library.core.convert import text
from serai.loaders.vagrantfile.ruby.library.core.entry import Block, answers_itself
from serai.loaders.vagrantfile.ruby.library.register import declare
from serai.loaders.vagrantfile.ruby.library.std import uri
from serai.loaders.vagrantfile.ruby.runtime import Runtime
from serai.loaders.vagrantfile.ruby.values import Str, Value

declare("CGI")


@answers_itself("CGI", "escape")
def escape(rt: Runtime, me: Value, block: Block, content: Value) -> Value:
    return Str(uri.encode_component(rt, me, None, content).s.replace("%7E", "~").replace("*", "%2A"))


@answers_itself("CGI", "unescape")
def unescape(rt: Runtime, me: Value, block: Block, content: Value) -> Value:
    return Str(unquote_plus(text(rt, content)))


@answers_itself("CGI", "escapeHTML", "escape_html", "h")
def escape_html(rt: Runtime, me: Value, block: Block, content: Value) -> Value:
    return Str(html.escape(text(rt, content)).replace("&#x27;", "&#39;"))


@answers_itself("CGI", "unescapeHTML", "unescape_html")
def unescape_html(rt: Runtime, me: Value, block: Block, content: Value) -> Value:
    return Str(html.unescape(text(rt, content)))
