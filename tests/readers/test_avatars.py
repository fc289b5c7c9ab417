"""The pictures that exports have beside people and cards, as files or inside, never from the web.

Those of people are kept in the metadata as `avatars`; one on a card comes behind it, with no part of the text.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

import wechatlog

CORPUS = Path(__file__).parents[1] / "corpus"
PICTURE = "data:image/png;base64,iVBORw0KGgo="


def avatars(text: str | bytes, **options: Any) -> dict[str, str]:
    data = text if isinstance(text, bytes) else text.encode()
    return dict(wechatlog.load(data, **options).metadata.get("avatars", {}))


def edited(case: str, change: Any) -> str:
    """A case of the corpus with something changed in its JSON."""
    value = json.loads((CORPUS / case).read_text("utf-8"))
    change(value)
    return json.dumps(value, ensure_ascii=False)


def test_weflow_has_a_table_and_lists() -> None:
    def change(value: Any) -> None:
        value["avatars"] = {
            "wxid_lisi00000002": "avatars/lisi.jpg",
            "wxid_zhangsan0001": "https://example.invalid/z.jpg",
        }

    assert avatars(edited("weflow-json/private.json", change)) == {"wxid_lisi00000002": "avatars/lisi.jpg"}


def test_echotrace_has_the_bytes() -> None:
    def change(value: Any) -> None:
        value["avatars"] = {"wxid_lisi00000002": {"displayName": "李四", "base64": "AAAA"}, "wxid_2": {"base64": ""}}

    assert avatars(edited("echotrace-json/private.json", change)) == {
        "wxid_lisi00000002": "data:image/jpeg;base64,AAAA"
    }


def test_ciphertalk_has_them_at_its_messages_and_members() -> None:
    def change(value: Any) -> None:
        for message in value["messages"]:
            message["senderAvatar"] = PICTURE

    assert avatars(edited("ciphertalk-json/private.json", change)) == {
        "wxid_lisi00000002": PICTURE,
        "wxid_zhangsan0001": PICTURE,
    }
    page = next((CORPUS / "ciphertalk-html").glob("*.html")).read_text("utf-8")
    page = page.replace('"name":"李四"}', f'"name":"李四","avatar":"{PICTURE}"}}')
    assert avatars(page) == {"wxid_lisi00000002": PICTURE}


def test_chatlab_has_them_at_its_members() -> None:
    def change(value: Any) -> None:
        for number, member in enumerate(value["members"]):
            member["avatar"] = PICTURE if number else "http://example.invalid/0.png"

    text = edited("chatlab-json/group.json", change)
    found = avatars(text)
    assert set(found.values()) == {PICTURE}
    assert len(found) == 3  # neither the first nor the system
    lines = re.sub(r'("_type": ?"member",)', rf'\1 "avatar": "{PICTURE}",', jsonl())
    assert set(avatars(lines).values()) == {PICTURE}


def jsonl() -> str:
    """A file of ChatLab in lines, with a line for each member."""
    case = next(path for path in sorted((CORPUS / "chatlab-jsonl").glob("*.jsonl")) if '"member"' in path.read_text())
    return case.read_text("utf-8")


def test_wechatdataanalysis_has_them_at_every_message() -> None:
    def change(value: Any) -> None:
        for message in value["messages"]:
            message["senderAvatarPath"] = f"media/avatars/{message['senderUsername']}.jpg"

    found = avatars(edited("wcda-json/wcda-group-messages.json", change))
    assert found
    assert all(path == f"media/avatars/{who}.jpg" for who, path in found.items())
    text = (CORPUS / "wcda-txt" / "private.txt").read_text("utf-8")
    text = re.sub(r"\((wxid_[a-z0-9]+)\)(?: \[avatar=[^\]]*\])?:", r"(\1) [avatar=media/avatars/\1.jpg]:", text)
    found = avatars(text)
    assert found
    assert all(path == f"media/avatars/{who}.jpg" for who, path in found.items())


def test_the_page_of_wechatdataanalysis_has_them_beside_the_bubbles() -> None:
    page = (CORPUS / "wcda-html" / "private.html").read_text("utf-8")
    blank = r'(<div class="wce-avatar wce-avatar-(?:sent|received)[^>]*>)<div style=[^>]*>[^<]*</div>'
    page, count = re.subn(blank, r'\1<img src="../../media/avatars/a b.jpg" alt="avatar" />', page)
    assert count
    chat = wechatlog.load(page.encode())
    assert dict(chat.metadata["avatars"]) == dict.fromkeys(("李四", "我"), "media/avatars/a b.jpg")
    assert chat.metadata["media_base"] == "../.."
    web = page.replace("../../media", "https://example.invalid/media")
    assert avatars(web) == {}


def test_memotrace_has_them_by_name() -> None:
    def change(value: Any) -> None:
        for row in value:
            row["avatar_src"] = "./avatar/1.png"

    assert set(avatars(edited("memotrace-json/memotrace-v3-private.html.json", change)).values()) == {"./avatar/1.png"}
    page = (CORPUS / "memotrace-html" / "v1.html").read_text("utf-8").replace("avatar_path:''", "avatar_path:'./a.png'")
    assert set(avatars(page).values()) == {"./a.png"}
    page = (CORPUS / "memotrace-html" / "memotrace-v1-private.html").read_text("utf-8")
    assert "avatar_path:'http" in page
    assert avatars(page) == {}


def test_wechatexporter_has_them_beside_the_names() -> None:
    found = wechatlog.load(CORPUS / "wechatexporter-html" / "index.html").metadata["avatars"]
    assert dict(found) == {
        "wxid_lisi00000002": "Portrait/wxid_lisi00000002.jpg",
        "wxid_zhangsan0001": "Portrait/wxid_zhangsan0001.jpg",
    }


def test_the_page_of_weflow_has_them_beside_the_bubbles() -> None:
    page = (CORPUS / "weflow-html" / "weflow-private.html").read_text("utf-8")
    assert '"a":"' in page
    page = re.sub(r'"a":"(?:[^"\\]|\\.)*"', r'"a":"<img src=\\"media/avatars/%E5%A4%B4.jpg\\" alt=\\"李四\\">"', page)
    assert set(avatars(page).values()) == {"media/avatars/头.jpg"}


@pytest.mark.parametrize(
    "picture", ["", None, 5, "//example.invalid/a.png", "https://example.invalid/a.png", "file:///a.png"]
)
def test_what_is_no_picture_of_the_archive_is_not_kept(picture: object) -> None:
    def change(value: Any) -> None:
        for row in value:
            row["avatar_src"] = picture

    assert avatars(edited("memotrace-json/memotrace-v3-private.html.json", change)) == {}


# --- cards -----------------------------------------------------------------------------------------


def thumbs(case: str, kind: str, change: Any) -> list[str | None]:
    """The pictures of the cards of a kind, where the rows of a case are changed."""

    def change_all(value: Any) -> None:
        for row in value["messages"] if isinstance(value, dict) else value:
            change(row)

    chat = wechatlog.load(edited(case, change_all).encode())
    found = [message for message in chat if message.kind.value == kind]
    assert found
    for message in found:
        assert "".join(segment.raw for segment in message.segments) == message.text
    return [image.path for message in found for image in message.images]


@pytest.mark.parametrize(
    ("case", "kind", "key"),
    [
        ("weflow-json/weflow-detailed-private.json", "link", "linkThumb"),
        ("wcda-json/wcda-private-messages.json", "link", "thumbUrl"),
        ("memotrace-json/memotrace-v3-private.html.json", "link", "cover_url"),
    ],
)
def test_a_card_has_the_picture_that_the_export_has(case: str, kind: str, key: str) -> None:
    local = thumbs(case, kind, lambda row: row.update({key: "media/thumb 1.jpg"}))
    assert set(local) == {"media/thumb 1.jpg"}
    assert thumbs(case, kind, lambda row: row.update({key: "https://example.invalid/1.jpg"})) == []
    assert thumbs(case, kind, lambda row: row.update({key: ""})) == []


def test_a_card_on_the_page_of_wechatdataanalysis_has_its_picture() -> None:
    page = (CORPUS / "wcda-html" / "private.html").read_text("utf-8")
    picture = (
        '<div class="wechat-link-thumb"><img src="../../media/remote/1.jpg" class="wechat-link-thumb-img" /></div>'
    )
    assert '<div class="wechat-link-title">' in page
    page = page.replace('<div class="wechat-link-title">', f'{picture}<div class="wechat-link-title">')
    found = [message for message in wechatlog.load(page.encode()) if message.kind.value == "link"]
    assert [image.path for message in found for image in message.images] == ["media/remote/1.jpg"] * len(found)
