"""The templates and the assets of the page.

Takes names, gives a Jinja2 environment that escapes everything and stumbles over everything undefined, and the texts of
the style sheets and the script. Knows nothing of chats.
"""

from __future__ import annotations

import functools
from importlib.resources import files

import jinja2

__all__ = ["asset", "environment"]


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
