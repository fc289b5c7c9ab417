r"""Any text as CommonMark that shows exactly this text, for renderers, blog generators and note takers alike.

Takes plain text and addresses, gives inline CommonMark in which nothing of the text means anything: no heading, list,
table, emphasis, link, code, HTML, footnote, formula, template, shortcode, front matter. Knows no message.

What each mark would do, and where:

* CommonMark 0.31 and GitHub: ``\ ` * _ [ ] < > & ~ |``, `#`, `-`, `+`, `=`, `1.` at the start of a line, addresses;
* kramdown (Jekyll): tables from one `|`, attribute lists `{: …}`, definitions `: …`, `--`, `$$`;
* Liquid, Jinja, Nunjucks, Hugo and MDX: `{{ … }}`, `{% … %}`, `{{< … >}}`, `{…}`, `import` and `export`;
* Python-Markdown, MkDocs, MyST, Pandoc, Obsidian: `!!!`, `???`, `:::`, `%` and `%%`, `==`, `^`, `(x)=`, `a)`;
* emoji codes of GitHub, Jekyll and Hugo: `:smile:`;
* scripts that read the finished page, where no escape is left: Vue (`{{`), MathJax and KaTeX (`$$`, `\(`, `\[`,
  `\begin`, `\ref`). Only here an invisible character, U+2060, is put in between.

Most marks become numeric references, since these mean the same everywhere, also to tools that work on the source; the
frequent ones that every processor lets escape with a backslash get one.
"""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import quote

_LINE_END: Final = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
_NO_CHARACTER: Final = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ufffe\uffff\ud800-\udfff]")
_BLANKS: Final = re.compile(r"\s+")
_BREAK: Final = "  \n"
_EMPTY: Final = "&nbsp;"
_BLANK: Final = {" ": _EMPTY, "\t": 4 * _EMPTY}

_MARKS: Final = r"""
      (?P<pair> \$(?=\$) | \{(?=\{) | \\(?=[(\[]|begin|(?:eq)?ref) )
    | (?P<number> ^ \(? (?:[0-9]{1,9}|[A-Za-z#@]|[ivxlcdmIVXLCDM]{2,6}) [.)] (?=\s|\Z) )
    | [\\`*_\[\]<>&~$|^{]
    | ^ (?: [-+=:%] | !(?=!!) | \?(?=\?\?) | @(?=import) | (?:import|export)\b )
    | (?<!\S) \#
    | (?<=-) - | (?<=%) % | (?<=[=)]) = | : (?=(?:[A-Za-z_+-][0-9A-Za-z_+-]{0,49}|100|1234|8ball):)
"""
_ADDRESSES: Final = r"""
    | (?<=/) / | (?<=\w) \. (?=[^\W\d_]) | (?i:(?<=www)) \.
    | (?i:(?<=mailto)|(?<=xmpp)) : | @ (?=[0-9])
"""
_IN_TEXT: Final = re.compile(_MARKS + _ADDRESSES, re.MULTILINE | re.VERBOSE)
_IN_LABEL: Final = re.compile(_MARKS, re.MULTILINE | re.VERBOSE)
"""In the label of a link, where nothing finds another link."""

_KEPT: Final = {mark: f"\\{mark}" for mark in "`*_#+-."} | {"<": "&lt;", ">": "&gt;", "&": "&amp;"}
_JOINER: Final = "&#8288;"

_ADDRESS: Final = re.compile(r"https?://[^\s/\\?#][^\s\x00-\x20\x7f-\x9f\ud800-\udfff]*", re.IGNORECASE)
_NOT_PLAIN: Final = re.compile(r"[^\w\-.~:/?#@!&+,;=%]|%(?![0-9A-Fa-f]{2})")
_REFERENCE: Final = re.compile(r"&(?=#?\w{1,40};)")


def _mark(character: str) -> str:
    return _KEPT.get(character) or f"&#{ord(character)};"


def _replace(match: re.Match[str]) -> str:
    text = match[0]
    if match.lastgroup == "number":
        return text[:-1] + _mark(text[-1])
    return _mark(text[0]) + (_JOINER if match.lastgroup == "pair" else text[1:])


def escape(text: str) -> str:
    r"""Text as inline CommonMark, its lines still ended by `\n`; for `join_lines`.

    Every line separator is a line end. Characters that no document may hold become U+FFFD.
    """
    return _IN_TEXT.sub(_replace, _NO_CHARACTER.sub("\ufffd", _LINE_END.sub("\n", text)))


def plain_line(text: str) -> str:
    """Text in one line, not escaped: runs of white space become one blank, none at the ends."""
    return _NO_CHARACTER.sub("\ufffd", _BLANKS.sub(" ", text).strip())


def escape_line(text: str) -> str:
    """Text as CommonMark in one line."""
    return escape(plain_line(text))


def join_lines(inline: str) -> str:
    r"""The lines of a paragraph with hard breaks between them, none at its ends.

    A hard break is two blanks at the end of a line, the only form that every processor knows. White space that begins
    a line is kept, that at the end of a line is dropped, and an empty line is a no-break space.
    """
    lines = "\n".join(line.rstrip() for line in inline.split("\n")).strip("\n")
    shown = []
    for line in lines.split("\n") if lines else ():
        text = line.lstrip()
        blanks = (_BLANK.get(blank) or f"&#{ord(blank)};" for blank in line[: len(line) - len(text)])
        shown.append("".join(blanks) + text or _EMPTY)
    return _BREAK.join(shown)


def quote_lines(blocks: str) -> str:
    """Blocks as a quotation; nothing is none."""
    return "\n".join(f"> {line}" if line else ">" for line in blocks.split("\n")) if blocks else ""


def web_address(url: str | None) -> str | None:
    """An address with `http` or `https` as the destination of a link; `None` for any other."""
    if url is None or _ADDRESS.fullmatch(url) is None:
        return None
    url = _NOT_PLAIN.sub(lambda match: quote(match[0], safe=""), url)
    return _REFERENCE.sub("&amp;", url)


def link(label: str, destination: str) -> str:
    """A link; the label is plain text, or else the address, and the destination from `web_address`."""
    return f"[{_IN_LABEL.sub(_replace, plain_line(label) or plain_line(destination))}]({destination})"


def image(label: str, destination: str) -> str:
    """A picture that is shown."""
    return f"!{link(label, destination)}"
