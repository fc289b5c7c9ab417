"""Sphinx configuration. Nothing is fetched: the build works offline."""

import logging
import tomllib
from pathlib import Path

import jieba
from sphinx.search.zh import SearchChinese

from wechatlog import __version__

URLS = tomllib.loads((Path(__file__).parents[1] / "pyproject.toml").read_text("utf-8"))["project"]["urls"]

project = "wechatlog"
author = "The wechatlog developers"
copyright = "2026, the wechatlog developers"
version = release = __version__
language = "en"  # `-D language=zh_CN` takes what is translated from locale/
locale_dirs = ["locale"]
gettext_compact = False
gettext_location = False

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
source_suffix = {".md": "markdown"}
exclude_patterns = ["_build", "search-words.txt"]
default_role = "code"
smartquotes = False

myst_heading_anchors = 3

autodoc_member_order = "bysource"
autodoc_typehints = "signature"
napoleon_google_docstring = True
napoleon_numpy_docstring = False
napoleon_use_ivar = True

html_theme = "furo"
templates_path = ["_templates"]
html_sidebars = {
    "**": [
        "sidebar/brand.html",
        "sidebar/search.html",
        "language.html",
        "sidebar/scroll-start.html",
        "sidebar/navigation.html",
        "sidebar/scroll-end.html",
    ]
}
# The pages of both languages hold Chinese words, which have no blanks between them: jieba knows where they end.
jieba.setLogLevel(logging.WARNING)
html_search_language = "zh"
html_search_options = {"dict": str(Path(__file__).parent / "search-words.txt")}
html_title = f"wechatlog {release}"
html_baseurl = URLS.get("Documentation", "")
html_extra_path = ["reference/wechatlog-1.schema.json"]
html_show_sphinx = False

man_pages = [("reference/cli", "wechatlog", "any WeChat chat archive in, any form out", author, 1)]


def _keep_colons(app, what, name, obj, options, lines):
    """Napoleon takes `The pieces: those …` of a property for a type and a description."""
    del app, name, obj, options
    if what in ("property", "attribute") and lines:
        lines[0] = lines[0].replace(": ", "; ")


class _ChineseSearch(SearchChinese):
    """Words of both languages, with the English stemmer, for which Sphinx 9.0 looks under the name of the language."""

    language_name = "English"


def setup(app):
    app.add_search_language(_ChineseSearch)
    app.connect("autodoc-process-docstring", _keep_colons, priority=400)
