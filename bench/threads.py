"""How often `operations.threads` finds what a message answers: measured on quotes, with the quotation hidden.

    python bench/threads.py FOLDER...

A quote whose words stand in an earlier message says what is right. Each folder is one group; daily files in it are
united first. Only numbers are printed.
"""

from __future__ import annotations

import sys

import wechatlog
from wechatlog.operations import merge, threads


def measure(folder: str) -> tuple[int, int, int, int]:
    """Quotes that are found, and how many of them are guessed at the first place, among five, and by the nearest."""
    parts = list(wechatlog.load_archive(folder))
    chat = merge(parts) if len(parts) > 1 else parts[0]
    right = {answer.number: answer.to for answer in threads(chat).answers if answer.reason == "quote"}
    guesses = [answer for answer in threads(chat, hide_quotes=True).answers if answer.number in right]
    first = sum(answer.to == right[answer.number] for answer in guesses)
    five = sum(right[answer.number] in answer.candidates for answer in guesses)
    spoken = [number for number, message in enumerate(chat) if message.sender is not None or message.sender_id]
    before = dict(zip(spoken[1:], spoken, strict=False))
    return len(guesses), first, five, sum(before.get(number) == to for number, to in right.items())


def main() -> None:
    """Print a line for each folder."""
    print("folder, quotes, first %, among five %, the message before %")
    for number, folder in enumerate(sys.argv[1:], 1):
        quotes, *hits = measure(folder)
        shares = ", ".join(f"{100 * hit / quotes:.1f}" if quotes else "-" for hit in hits)
        print(f"{number}, {quotes}, {shares}")


if __name__ == "__main__":
    main()
