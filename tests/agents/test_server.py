"""The server, asked by the client of the official SDK over standard input and output."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

pytest.importorskip("mcp.server", reason="the extra mcp is not installed")

import anyio
from mcp import Client, StdioServerParameters, stdio_client

from tests.agents.conftest import OPENING
from wechatlog.agents.answers import cost
from wechatlog.agents.questions import Questions
from wechatlog.agents.server import build_server

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

ROOT = Path(__file__).parents[2]
TOOLS = {
    "list_chats",
    "search_messages",
    "messages_around",
    "messages_in_period",
    "list_people",
    "statistics",
    "list_links",
    "get_thread",
    "open_message",
}
Ask = "Callable[[str, dict[str, Any]], Awaitable[tuple[str, bool]]]"


def session(talk: Callable[[Client, Any], Awaitable[None]], *arguments: str) -> None:
    """Start the command as an agent's program does, and talk to it."""

    async def run() -> None:
        server = StdioServerParameters(
            command=sys.executable,
            args=["-W", "error", "-m", "wechatlog", "mcp", *arguments],
            env={"PYTHONPATH": str(ROOT / "src")},
        )
        with Path("/dev/null" if sys.platform != "win32" else "nul").open("w", encoding="utf-8") as nowhere:
            async with Client(stdio_client(server, errlog=nowhere)) as client:

                async def ask(tool: str, **values: Any) -> tuple[str, bool]:
                    answer = await client.call_tool(tool, values)
                    (content,) = answer.content
                    assert answer.structured_content is None  # the fence is round all there is
                    return content.text, bool(answer.is_error)  # type: ignore[union-attr]

                await talk(client, ask)

    anyio.run(run)


def test_a_session_with_the_bundled_chats(tmp_path: Path) -> None:
    async def talk(client: Client, ask: Any) -> None:
        tools = (await client.list_tools()).tools
        assert {tool.name for tool in tools} == TOOLS
        for tool in tools:
            assert tool.description
            assert tool.annotations is not None
            assert tool.annotations.read_only_hint
            assert not tool.annotations.open_world_hint
            for name, schema in tool.input_schema["properties"].items():
                assert schema.get("description"), (tool.name, name)
        assert "untrusted-chat-data" in (client.instructions or "")
        text, failed = await ask("search_messages", query="扳手")
        assert not failed
        found = re.search(r"^(c[0-9]+m[0-9]+) .* Mia Lin: 我带打气筒，谁有内六角扳手？$", text, re.MULTILINE)
        assert found is not None
        text, failed = await ask("messages_around", message=found[1], before=1, after=1)
        assert "阿斌" not in text
        assert "我有一套" in text
        text, failed = await ask("open_message", message=found[1])
        assert "text:\n  我带打气筒，谁有内六角扳手？" in text
        text, failed = await ask("open_message", message="c1m99999")
        assert failed
        assert "there is no such message" in text
        for tool in TOOLS - {"search_messages", "messages_around", "get_thread", "open_message", "messages_in_period"}:
            text, failed = await ask(tool)
            assert not failed
            assert len(re.findall(OPENING, text)) == 1
            assert cost(text) <= 2000

    session(talk, str(ROOT / "examples"))


def test_injected_instructions_stay_inside_the_fence(attacked: Path) -> None:
    async def talk(client: Client, ask: Any) -> None:
        answers = [
            await ask("list_chats"),
            await ask("search_messages", query="好的"),
            await ask("messages_around", message="c1m2"),
            await ask("messages_in_period", chat="c1"),
            await ask("list_people"),
            await ask("statistics", by="person"),
            await ask("statistics", by="chat"),
            await ask("list_links"),
            await ask("get_thread", message="c1m0"),
            *[await ask("open_message", message=f"c1m{number}") for number in range(7)],
        ]
        for text, failed in answers:
            assert not failed
            check_fence(text)
        everything = str([tool.model_dump() for tool in (await client.list_tools()).tools]) + str(client.instructions)
        assert "previous instructions" not in everything

    session(talk, str(attacked))


def check_fence(text: str) -> None:
    """All of the chat is inside one fence, and no line of it passes for one of ours."""
    assert text.count("<<<") == text.count(">>>") == 2
    before, name, inside, after = re.fullmatch(  # type: ignore[union-attr]
        r"(.*)<<<(untrusted-chat-data [0-9a-f]{16})>>>\n(.*)<<<end of \2>>>(.*)", text, re.DOTALL
    ).groups()
    assert "0123456789abcdef" not in name
    for words in ("previous", "admin", "evil", "好的", "李四", "测试"):
        assert words not in (before + after).lower()
    for line in re.split("[\n\r\x0b\x0c\x85\u2028\u2029]", inside):
        assert re.match(
            r"  |# c1 |## 2026|c1m[0-6] |c1 |p[0-9]+ |$"
            r"|(?:time|sender|account|kind|server id|answers|file|link): |text:$",
            line,
        ), line
    assert "<|im_end|>" not in inside
    assert "\u202e" not in inside


def test_pseudonyms(tmp_path: Path) -> None:
    async def talk(client: Client, ask: Any) -> None:
        del client
        for tool, values in (
            ("list_chats", {}),
            ("list_people", {}),
            ("messages_in_period", {"since": "2026"}),
            ("search_messages", {"query": "书"}),
            ("open_message", {"message": "c1m1"}),
        ):
            text, failed = await ask(tool, **values)
            assert not failed
            for name in ("林晓", "周远", "何苗", "Tom Fischer", "wxid_", "chatroom", "城南读书会", ".jsonl"):
                assert name not in text
        assert re.search(r"^p[0-9]+ P[0-9]+ \(", (await ask("list_people"))[0], re.MULTILINE)
        assert (await ask("search_messages", query="林晓", sender="林晓"))[1]

    index = tmp_path / "index"
    session(talk, str(ROOT / "examples" / "reading-club.jsonl"), "--pseudonyms", "--index", str(index))
    assert "林晓".encode() not in index.read_bytes()


def test_the_limit_of_an_answer_can_be_chosen() -> None:
    async def talk(client: Client, ask: Any) -> None:
        del client
        text, _ = await ask("messages_in_period", since="2026")
        assert 400 < cost(text) <= 800
        assert "There is more" in text

    session(talk, str(ROOT / "examples"), "--max-tokens", "800")


def test_calls_at_the_same_time(ask: Callable[..., Questions]) -> None:
    async def run() -> None:
        async with Client(build_server(ask(ROOT / "examples"))) as client:
            answers: list[str] = []

            async def call() -> None:
                answer = await client.call_tool("search_messages", {"query": "书"})
                answers.append(answer.content[0].text)  # type: ignore[union-attr]

            async with anyio.create_task_group() as group:
                for _ in range(20):
                    group.start_soon(call)
            assert len({re.sub("[0-9a-f]{16}", "", text) for text in answers}) == 1

    anyio.run(run)
