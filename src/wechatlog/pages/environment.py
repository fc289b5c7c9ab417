"""The templates and the assets of the page.

Takes names, gives a Jinja2 environment that escapes everything and stumbles over everything undefined, and the texts of
the style sheets and the script. Knows nothing of chats.
"""

from __future__ import annotations

import functools
import json
from importlib.resources import files

import jinja2

from wechatlog.emoji import pictures

_EMOJI = "emoji"
_NAMES = ("core", "chunks", "places", "search", "filter", "pictures", "panel", "tools")
_PARTS = {"page": (_EMOJI, *(f"page/{name}.js" for name in _NAMES)), "index": ("index.js",)}
"""The parts of each script, in their order."""


@functools.cache
def environment() -> jinja2.Environment:
    """The environment of all templates, made once, so that each template is compiled once."""
    return jinja2.Environment(
        loader=jinja2.PackageLoader("wechatlog.pages"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        auto_reload=False,
    )


@functools.cache
def asset(name: str) -> str:
    """The text of a file of `assets/`."""
    return files("wechatlog.pages").joinpath("assets", name).read_text(encoding="utf-8")


@functools.cache
def script(name: str) -> str:
    """A script, `page` or `index`: its parts in a function, so that none of their names is a global one."""
    forms = [(picture, *codes) for picture, codes in pictures().items()]  # as the search of the page takes them
    emoji = f"const EMOJI = {json.dumps(forms, separators=(',', ':'))};\n"
    parts = [emoji if part == _EMOJI else asset(part) for part in _PARTS[name]]
    return f'(() => {{\n"use strict";\n{"".join(parts)}}})();\n'
