"""How many mentions resolve to a participant: without knowing who is who, with `identities`, and why.

    python bench/mentions.py FOLDER...

Each folder is one group; daily files in it are united first. Only numbers are printed.
"""

from __future__ import annotations

import sys
from collections import Counter

import wechatlog
from wechatlog.operations import identities, merge, resolve_mentions


def main() -> None:
    """Print a line for each folder."""
    print("folder, mentions, alone %, with identities %, reasons")
    for number, folder in enumerate(sys.argv[1:], 1):
        parts = list(wechatlog.load_archive(folder))
        chat = merge(parts) if len(parts) > 1 else parts[0]
        alone, known = resolve_mentions(chat), resolve_mentions(chat, identities(chat))
        shares = [
            100 * sum(one.participant is not None for one in found) / (len(found) or 1) for found in (alone, known)
        ]
        reasons = Counter(found.reason or "none" for found in known).most_common()
        told = ", ".join(f"{reason} {count}" for reason, count in reasons)
        print(f"{number}, {len(known)}, {shares[0]:.1f}, {shares[1]:.1f}, {told}")


if __name__ == "__main__":
    main()
