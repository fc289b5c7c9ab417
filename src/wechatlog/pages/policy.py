"""The content-security policy of the page: what the browser lets it do.

Takes the page's own style and script, gives the policy. Scripts and styles run only if they are these, by their
SHA-256, so that markup of a chat could not run even if it got into the page.
"""

from __future__ import annotations

import base64
import hashlib


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode('utf-8')).digest()).decode('ascii')}'"


def content_policy(style: str, script: str | None = None) -> str:
    """The policy of a page with one style sheet and, perhaps, one script, exactly as they stand between the tags.

    Pictures may come from beside the page, from inside it and, once the reader clicks, from the web; voices and videos
    from beside it and from inside it. `file:` is what "beside" means for a page that is opened from a disk.
    """
    parts = {
        "default-src": "'none'",
        "style-src": _hash(style),
        "script-src": "'none'" if script is None else _hash(script),
        "img-src": "'self' file: data: https: http:",
        "media-src": "'self' file: data:",
        "base-uri": "'none'",
        "form-action": "'none'",
    }
    return "; ".join(f"{name} {value}" for name, value in parts.items())
