"""Decrypted databases: made here, since a corpus of binary files says little to a reader of tests."""

from __future__ import annotations

import contextlib
import hashlib
import io
import random
import shutil
import sqlite3
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import lz4.block
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

import wechatlog
from wechatlog import (
    FormatError,
    MissingExtraError,
    MultipleConversationsError,
    RefusedFormatError,
    UnknownFormatError,
    WechatlogError,
)

CASES = Path(__file__).parent.parent / "corpus"
OWN, LI, WANG = "wxid_zhangsan0001", "wxid_lisi00000002", "wxid_wangwu0003"
ROOM = "12345678901@chatroom"
START = 1709254800  # 2024-03-01 09:00:00 in Shanghai
QUOTE_XML = (
    "<msg><appmsg><title>收到</title><type>57</type><refermsg><type>1</type><svrid>8000000000000000001</svrid>"
    "<displayname>李四</displayname><content>早上好</content></refermsg></appmsg>"
    f"<fromusername>{LI}</fromusername></msg>"
)
V3_SCHEMA = (
    "CREATE TABLE MSG (localId INTEGER PRIMARY KEY AUTOINCREMENT, TalkerId INT, MsgSvrID INT, Type INT, SubType INT,"
    " IsSender INT, CreateTime INT, StrTalker TEXT, StrContent TEXT, CompressContent BLOB, BytesExtra BLOB)"
)
V4_SCHEMA = (
    "(local_id INTEGER PRIMARY KEY AUTOINCREMENT, server_id INTEGER, local_type INTEGER, sort_seq INTEGER,"
    " real_sender_id INTEGER, create_time INTEGER, status INTEGER, message_content TEXT, compress_content TEXT,"
    " WCDB_CT_message_content INTEGER DEFAULT NULL)"
)


def field(number: int, value: int | bytes) -> bytes:
    if isinstance(value, int):
        return bytes([number << 3, value])
    return bytes([number << 3 | 2, len(value)]) + value


def sender(account: str) -> bytes:
    """`BytesExtra` with the sender of a group message behind a field that means something else."""
    other = field(3, field(1, 7) + field(2, b"<msgsource/>"))
    return other + field(3, field(1, 1) + field(2, account.encode()))


def room_data(names: dict[str, str]) -> bytes:
    return b"".join(field(1, field(1, k.encode()) + field(2, v.encode()) + field(3, 0)) for k, v in names.items())


def packed(xml: str) -> bytes:
    return lz4.block.compress(xml.encode() + b"\0", store_size=False)


def write(path: Path, *statements: str | tuple[str, Any]) -> Path:
    connection = sqlite3.connect(path)
    for statement in statements:
        if isinstance(statement, str):
            connection.execute(statement)
        else:
            connection.executemany(*statement)
    connection.commit()
    connection.close()
    return path


def v3_rows(*rows: tuple[Any, ...]) -> tuple[str, Any]:
    names = "MsgSvrID, Type, SubType, IsSender, CreateTime, StrTalker, StrContent, CompressContent, BytesExtra"
    return f"INSERT INTO MSG ({names}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", rows


ROWS = (
    (8000000000000000001, 1, 0, 0, START, LI, "早上好\n第二行", None, None),
    (9223372036854775807, 1, 0, 1, START + 1, LI, "wxid_假的:\n不是前缀", None, None),
    (8000000000000000003, 49, 57, 0, START + 2, LI, "", packed(QUOTE_XML), None),
    (8000000000000000004, 1, 0, 0, START + 3, ROOM, "@张三 在吗", None, sender(WANG)),
    (0, 10000, 0, 0, START + 4, ROOM, '"李四"邀请"王五"加入了群聊', None, None),
    (8000000000000000005, 3, 0, 1, START + 5, ROOM, '<msg><img md5="aa"/></msg>', None, None),
    (8000000000000000006, 1, 0, 0, START - 9, LI, "补上的旧消息", None, None),
    (8000000000000000007, 12345, 0, 0, START + 6, LI, "新类型", None, None),
)


@pytest.fixture
def v3(tmp_path: Path) -> Path:
    folder = tmp_path / "账号 %20#?"
    folder.mkdir()
    return write(folder / "MSG0.db", V3_SCHEMA, v3_rows(*ROWS))


def add_contacts(path: Path) -> None:
    write(
        path.with_name("MicroMsg.db"),
        "CREATE TABLE Contact (UserName TEXT PRIMARY KEY, Alias TEXT, Remark TEXT, NickName TEXT)",
        (
            "INSERT INTO Contact VALUES (?, ?, ?, ?)",
            [(LI, "lisi", "李四(同事)", "小李"), (WANG, "", "", "王五"), (ROOM, "", "", "示例群")],
        ),
        "CREATE TABLE ChatRoom (ChatRoomName TEXT, RoomData BLOB)",
        ("INSERT INTO ChatRoom VALUES (?, ?)", [(ROOM, room_data({LI: "群里的李四", WANG: "群里的王五"}))]),
    )


def table_of(account: str) -> str:
    return f"Msg_{hashlib.md5(account.encode()).hexdigest()}"


def v4_rows(account: str, *rows: tuple[Any, ...]) -> tuple[str, Any]:
    names = (
        "server_id, local_type, sort_seq, real_sender_id, create_time, status, message_content, WCDB_CT_message_content"
    )
    return f"INSERT INTO [{table_of(account)}] ({names}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)", rows


def zstd(text: str) -> bytes:
    return zstandard.ZstdCompressor().compress(text.encode())


@pytest.fixture
def v4(tmp_path: Path) -> Path:
    return write(
        tmp_path / "message_0.db",
        "CREATE TABLE Name2Id (user_name TEXT PRIMARY KEY, is_session INTEGER)",
        ("INSERT INTO Name2Id VALUES (?, 1)", [(OWN,), (LI,), (ROOM,), (WANG,)]),
        f"CREATE TABLE [{table_of(ROOM)}] {V4_SCHEMA}",
        f"CREATE TABLE [{table_of(LI)}] {V4_SCHEMA}",
        v4_rows(
            ROOM,
            (7001, 1, 2000, 4, START + 1, 3, f"{WANG}:\n大家好\n{WANG}:\n假的", 0),
            (7002, 1, 3000, 1, START + 2, 2, "hello_1:\n我写的", 0),
            (7003, 244813135921, 1000, 4, START, 3, zstd(f"{WANG}:\n{QUOTE_XML}"), 4),
            (7004, 10000, 4000, 3, START + 3, 3, '"王五" 撤回了一条消息', 0),
        ),
        v4_rows(
            LI,
            (6000000000000000001, 1, 1, 2, START, 3, "早", 0),
            (6000000000000000002, 1, 2, 1, START + 1, 2, zstd("早 " * 50), 4),
            (
                6000000000000000003,
                43,
                3,
                2,
                START + 2,
                3,
                f'<msg><videomsg playlength="7" fromusername="{LI}"/></msg>',
                0,
            ),
        ),
    )


def load_all(path: Any, **options: Any) -> dict[str | None, wechatlog.Conversation]:
    return {found.id: found for found in wechatlog.load_archive(path, **options)}


class TestVersion3:
    def test_without_contacts_accounts_are_names(self, v3: Path) -> None:
        found = load_all(v3, errors="strict")
        assert [m.sender for m in found[LI]] == [LI, LI, "我", LI, LI]
        assert [m.sender for m in found[ROOM]] == [WANG, None, "我"]

    def test_contacts_beside_it(self, v3: Path) -> None:
        add_contacts(v3)
        found = load_all(v3)
        assert found[LI].title == "李四(同事)"
        assert found[LI][0].sender == "李四(同事)"
        assert found[ROOM].title == "示例群"
        assert found[ROOM][0].sender == "群里的王五"
        assert {member.id: (member.name, member.aliases) for member in found[ROOM].members} == {
            LI: ("李四(同事)", ("群里的李四", "小李")),
            WANG: ("群里的王五", ("王五",)),
        }

    def test_mentions_carry_the_ids_of_the_source(self, v3: Path) -> None:
        add_contacts(v3)
        source = f"<msgsource><atuserlist><![CDATA[,{LI}]]></atuserlist></msgsource>".encode()
        extra = field(3, field(1, 7) + field(2, source)) + field(3, field(1, 1) + field(2, WANG.encode()))
        rows = [
            (71, 1, 0, 0, START + 20, ROOM, "@群里的李四\u2005在吗", None, extra),
            (72, 1, 0, 0, START + 21, ROOM, "@谁\u2005在吗", None, extra),
            (73, 1, 0, 0, START + 22, ROOM, "没有提到谁", None, extra),
        ]
        write(v3, v3_rows(*rows))
        group = load_all(v3)[ROOM]
        found = [[(mention.name, mention.id) for mention in message.mentions] for message in group[-3:]]
        assert found == [[("群里的李四", LI)], [("谁", LI)], []]
        assert [message.sender_id for message in group[-3:]] == [WANG] * 3

    def test_contacts_in_the_folder_above_and_in_the_same_file(self, v3: Path) -> None:
        add_contacts(v3)
        above = v3.with_name("MicroMsg.db")
        inside = v3.parent / "Multi"
        inside.mkdir()
        moved = v3.rename(inside / "MSG0.db")
        assert load_all(moved)[LI].title == "李四(同事)"
        above.unlink()
        write(
            moved,
            "CREATE TABLE Contact (UserName TEXT, NickName TEXT)",
            ("INSERT INTO Contact VALUES (?, ?)", [(LI, "小李")]),
        )
        assert load_all(moved)[LI].title == "小李"

    def test_owner_by_name_and_by_id(self, v3: Path) -> None:
        assert load_all(v3, owner="张三")[LI][2].sender == "张三"
        own = load_all(v3, owner=OWN)[LI]
        assert own[2].sender_id == OWN
        assert own.owner == OWN

    def test_contact_list_alone_is_refused(self, v3: Path) -> None:
        add_contacts(v3)
        with pytest.raises(RefusedFormatError, match="contacts, no messages"):
            wechatlog.load(v3.with_name("MicroMsg.db"))
        archive = wechatlog.load_archive(v3.parent)
        assert len(list(archive)) == 2
        assert [(d.code, d.source) for d in archive.diagnostics] == [("skipped-file", "MicroMsg.db")]

    def test_damaged_compressed_content(self, tmp_path: Path) -> None:
        rows = v3_rows(
            (1, 49, 5, 0, START, LI, "", b"\xff\xff\xff\xff", None), (2, 1, 0, 0, START, LI, "好", None, None)
        )
        found = wechatlog.load(write(tmp_path / "MSG.db", V3_SCHEMA, rows))
        assert [(m.kind, m.text) for m in found] == [("link", ""), ("text", "好")]
        assert [d.code for d in found.diagnostics] == ["broken-content"]

    def test_missing_library_is_named_only_when_needed(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(sys.modules, "lz4", None)
        monkeypatch.setitem(sys.modules, "lz4.block", None)
        plain = write(tmp_path / "a.db", V3_SCHEMA, v3_rows(ROWS[0]))
        assert len(wechatlog.load(plain)) == 1
        with pytest.raises(MissingExtraError, match=r"pip install 'wechatlog\[database\]'"):
            wechatlog.load(write(tmp_path / "b.db", V3_SCHEMA, v3_rows(ROWS[2])))


class TestVersion4:
    @pytest.mark.parametrize("pack", [str, zstd], ids=["text", "compressed"])
    def test_mentions_carry_the_ids_of_the_source(self, v4: Path, pack: Callable[[str], object]) -> None:
        source = pack(f"<msgsource><atuserlist>{LI},{OWN}</atuserlist></msgsource>")
        names = "server_id, local_type, sort_seq, real_sender_id, create_time, status, message_content, source"
        row = (7009, 1, 9000, 4, START + 9, 3, f"{WANG}:\n@甲\u2005@乙\u2005早", source)
        write(
            v4,
            f"ALTER TABLE [{table_of(ROOM)}] ADD COLUMN source",
            (f"INSERT INTO [{table_of(ROOM)}] ({names}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)", [row]),
        )
        group = load_all(v4)[ROOM]
        assert [(mention.name, mention.id) for mention in group[-1].mentions] == [("甲", LI), ("乙", OWN)]
        assert group[-1].text == "@甲\u2005@乙\u2005早"
        assert not group.diagnostics

    def test_a_group_alone_says_little_about_the_owner(self, v4: Path) -> None:
        write(v4, f"DROP TABLE [{table_of(LI)}]")
        group = wechatlog.load(v4)
        assert [m.is_self for m in group] == [False, False, True, None]
        assert [m.is_self for m in wechatlog.load(v4, owner=WANG)] == [True, True, False, None]

    def test_conversation_that_nobody_names(self, v4: Path) -> None:
        write(v4, f"DELETE FROM Name2Id WHERE user_name = '{LI}'")
        assert LI in load_all(v4)  # the XML of a quote names it
        write(v4, f"ALTER TABLE [{table_of(LI)}] RENAME TO [{table_of('nobody_knows')}]")
        found = load_all(v4)[None]
        assert found.title == table_of("nobody_knows")
        assert found.is_group is None
        assert [m.text for m in found] == ["早", "早 " * 50, ""]
        assert "unknown-conversation" in [d.code for d in found.diagnostics]

    def test_missing_library(self, v4: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(sys.modules, "zstandard", None)
        with pytest.raises(
            MissingExtraError, match=r"compressed message of a WeChat 4 database.*wechatlog\[database\]"
        ):
            list(wechatlog.iter_messages(v4))

    def test_damaged_compressed_content(self, v4: Path) -> None:
        long = "".join(chr(0x4E00 + number * 7919 % 20000) for number in range(90_000))
        write(v4, f"DROP TABLE [{table_of(ROOM)}]")
        write(
            v4,
            v4_rows(
                LI,
                (9, 1, 9, 2, START + 9, 3, zstd(long)[:-2000], 4),
                (10, 1, 10, 2, START + 10, 3, b"\xff\xfe", 4),
            ),
        )
        found = wechatlog.load(v4)
        assert long.startswith(found[3].text)
        assert [d.code for d in found.diagnostics] == ["broken-content", "broken-content"]


def test_nothing_on_disk_changes(v4: Path) -> None:
    connection = sqlite3.connect(v4)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.close()
    v4.chmod(0o444)
    before = {path.name: (path.read_bytes(), path.stat().st_mtime_ns) for path in v4.parent.iterdir()}
    assert len(load_all(v4)) == 2
    after = {path.name: (path.read_bytes(), path.stat().st_mtime_ns) for path in v4.parent.iterdir()}
    assert after == before


def with_log(path: Path, folder: Path) -> Path:
    """A copy of a database whose last message is only in the log beside it."""
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute(
        "INSERT INTO MSG (MsgSvrID, Type, SubType, IsSender, CreateTime, StrTalker, StrContent) "
        "VALUES (99, 1, 0, 0, ?, ?, '只在日志里')",
        (START + 9999, LI),
    )
    connection.commit()
    folder.mkdir()
    for name in (path.name, f"{path.name}-wal"):
        shutil.copy(path.with_name(name), folder / name)
    connection.close()
    return folder / path.name


def test_write_ahead_log_is_read(v3: Path, tmp_path: Path) -> None:
    copy = with_log(v3, tmp_path / "copy")
    before = {path.name: path.read_bytes() for path in copy.parent.iterdir()}
    found = load_all(copy)[LI]
    assert (found[-1].text, found[-1].id) == ("只在日志里", "99")
    assert "unread-log" not in [d.code for d in found.diagnostics]
    assert {path.name: path.read_bytes() for path in copy.parent.iterdir()} == before


def test_write_ahead_log_counts_as_far_as_its_sums_are_right(v3: Path, tmp_path: Path) -> None:
    copy = with_log(v3, tmp_path / "copy")
    log = copy.with_name(f"{copy.name}-wal")
    data = bytearray(log.read_bytes())
    data[32 + 24 + 100] ^= 1
    log.write_bytes(data)
    assert "只在日志里" not in [m.text for m in load_all(copy)[LI]]


def test_encrypted_log_beside_a_decrypted_database_is_not_read(v3: Path, tmp_path: Path) -> None:
    copy = with_log(v3, tmp_path / "copy")
    log = copy.with_name(f"{copy.name}-wal")
    noise = random.Random(1)
    header = log.read_bytes()[:32]
    log.write_bytes(header + b"".join(b"\0" * 24 + noise.randbytes(4096) for _ in range(3)))
    found = load_all(copy)[LI]
    assert "unread-log" in [d.code for d in found.diagnostics]


@pytest.mark.parametrize("missing", [1, 100, 4096])
def test_cut_database_gives_what_is_left(tmp_path: Path, missing: int) -> None:
    many = [(i, 1, 0, 0, START + i, LI, f"第{i}条" * 40, None, None) for i in range(1, 200)]
    path = write(tmp_path / "MSG0.db", V3_SCHEMA, v3_rows(*many))
    path.write_bytes(path.read_bytes()[:-missing])
    found = wechatlog.load(path)
    assert "broken-database" in [d.code for d in found.diagnostics]
    assert 150 < len(found) < 200
    assert all(m.text == f"第{m.id}条" * 40 for m in found[:150])


def test_write_ahead_log_that_is_none_is_mentioned(v3: Path) -> None:
    v3.with_name("MSG0.db-wal").write_bytes(b"x" * 32)
    found = next(iter(wechatlog.load_archive(v3)))
    assert "unread-log" in [d.code for d in found.diagnostics]


def test_bytes_and_zip_members_are_read_too(v3: Path) -> None:
    connection = sqlite3.connect(v3)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.close()
    add_contacts(v3)
    data = v3.read_bytes()
    assert data[18] == 2
    assert [m.text for m in load_all(data)[LI]] == [m.text for m in load_all(v3)[LI]]
    packed_up = io.BytesIO()
    with zipfile.ZipFile(packed_up, "w") as archive:
        archive.writestr("db/MSG0.db", data)
        archive.writestr("db/MicroMsg.db", v3.with_name("MicroMsg.db").read_bytes())
    found = load_all(packed_up.getvalue())
    assert found[LI].messages == load_all(v3)[LI].messages
    assert found[LI].title == "李四(同事)"


def test_load_names_the_way_out_for_several_conversations(v3: Path) -> None:
    with pytest.raises(MultipleConversationsError, match="load_archive"):
        wechatlog.load(v3)


@pytest.mark.parametrize("size", [1024, 2048, 3072, 1024 * 9, 4096 * 8])
def test_encrypted_database_is_refused_with_the_reason(tmp_path: Path, size: int) -> None:
    noise = random.Random(1).randbytes(size)
    path = tmp_path / "message_0.db"
    path.write_bytes(noise)
    with pytest.raises(RefusedFormatError, match="encrypted"):
        wechatlog.load(path)
    with pytest.raises(RefusedFormatError, match="encrypted"):
        wechatlog.load(path, format="wechat-v4-db")
    other = tmp_path / "photo.bin"
    other.write_bytes(noise)
    with pytest.raises(UnknownFormatError):
        wechatlog.load(other)
    path.write_bytes(noise[:-1])
    with pytest.raises(UnknownFormatError):
        wechatlog.load(path)


def test_other_database_is_unknown(tmp_path: Path) -> None:
    path = write(tmp_path / "a.db", "CREATE TABLE notes (text TEXT)")
    with pytest.raises(UnknownFormatError, match="no WeChat database"):
        wechatlog.load(path)
    with pytest.raises(FormatError, match="has no table MSG of WeChat 3"):
        wechatlog.load(path, format="wechat-v3-db")
    with pytest.raises(FormatError, match="file is not a database"):
        wechatlog.load("不是数据库".encode() * 100, format="wechat-v4-db")


def test_rows_round_a_damaged_page_are_kept(tmp_path: Path) -> None:
    rows = [(n + 1, 1, 0, 0, START + n, LI, f"第{n}条" + "字" * 300, None, None) for n in range(200)]
    path = write(tmp_path / "MSG0.db", "PRAGMA page_size = 4096", V3_SCHEMA, v3_rows(*rows))
    data = bytearray(path.read_bytes())
    at = data.index("第100条".encode()) // 4096 * 4096
    data[at : at + 4096] = b"\xff" * 4096
    path.write_bytes(data)
    found = wechatlog.load(path)
    texts = [m.text.split("条")[0] for m in found]
    assert texts[0] == "第0"
    assert texts[-1] == "第199"
    assert 180 <= len(texts) < 200
    assert "broken-database" in [d.code for d in found.diagnostics]
    with pytest.raises(FormatError, match="damaged"):
        wechatlog.load(path, errors="strict")


def test_every_cut_is_read_or_refused(v3: Path) -> None:
    data = v3.read_bytes()
    for cut in range(0, len(data), 61):
        with contextlib.suppress(WechatlogError):
            list(wechatlog.load_archive(data[:cut]))


@pytest.mark.parametrize(
    "case", ["wechat-android-db/EnMicroMsg.db", "wechat-ios-db/MM.sqlite", "wechat-mac-db/msg_0.db"]
)
def test_every_cut_of_another_client_is_read_or_refused(case: str) -> None:
    data = (CASES / case).read_bytes()
    whole = sum(len(found) for found in wechatlog.load_archive(data))
    for cut in range(len(data) - 512, 0, -509):
        try:
            found = list(wechatlog.load_archive(data[:cut]))
        except WechatlogError:
            continue
        assert sum(map(len, found)) <= whole
        assert any("broken-database" in [d.code for d in chat.diagnostics] for chat in found) or not found


def md5_table(account: str) -> str:
    return f"Chat_{hashlib.md5(account.encode()).hexdigest()}"


MAC_SCHEMA = (
    "(mesLocalID INTEGER PRIMARY KEY, mesSvrID INT, msgCreateTime INT, msgContent TEXT, messageType INT, mesDes INT)"
)


def mac(path: Path, **chats: list[tuple[Any, ...]]) -> Path:
    """A database of Mac 3; the keywords are the names of tables."""
    tables = [f"CREATE TABLE {table} {MAC_SCHEMA}" for table in chats]
    names = "mesSvrID, msgCreateTime, msgContent, messageType, mesDes"
    rows = [(f"INSERT INTO {table} ({names}) VALUES (?, ?, ?, ?, ?)", found) for table, found in chats.items()]
    return write(path, *tables, *rows)


class TestTablesOfAChat:
    """Databases of Mac 3 and iOS, where contacts are not there."""

    def test_accounts_in_contents_tell_whose_tables_these_are(self, tmp_path: Path) -> None:
        xml = f'<msg><img/><appinfo chatroomname="{ROOM}"/></msg>'
        card = '<msg username="lisi_2000" nickname="李四"/>'
        path = mac(
            tmp_path / "msg_0.db",
            **{
                md5_table("filehelper"): [(1, START, "记一下", 1, 0)],
                md5_table("lisi_2000"): [(2, START, "早", 1, 1)],
                md5_table(ROOM): [(3, START, card, 42, 0), (4, START, xml, 3, 0)],
                md5_table("nobody_knows"): [(5, START, "在吗", 1, 1)],
            },
        )
        found = {chat.id: chat for chat in wechatlog.load_archive(path)}
        assert found.keys() == {"filehelper", "lisi_2000", ROOM, None}
        assert (found[ROOM].is_group, found[None].title) == (True, md5_table("nobody_knows"))
        assert [len(chat.diagnostics) for chat in found.values()].count(1) == 1

    def test_accounts_in_groups_tell_whose_the_other_tables_are(self, tmp_path: Path) -> None:
        path = mac(
            tmp_path / "msg_0.db",
            **{
                md5_table(LI): [(1, START, "早", 1, 0), (2, START + 1, "hello:\n早啊", 1, 1)],
                md5_table(ROOM): [(3, START, f"{LI}:\n大家好", 1, 1), (4, START + 1, f"{WANG}:\n假的", 1, 0)],
                md5_table(WANG): [(5, START, "在吗", 1, 1), (6, START, f"{LI}:\n不是", 1, 1)],
            },
        )
        private, group, other = wechatlog.load_archive(path)
        assert (private.id, private.is_group) == (LI, False)
        assert [(m.sender_id, m.is_self, m.text) for m in private] == [
            (None, True, "早"),
            (LI, False, "hello:\n早啊"),
        ]
        assert (group.id, group.is_group) == (None, True)
        assert [(m.sender_id, m.text) for m in group] == [(LI, "大家好"), (None, f"{WANG}:\n假的")]
        assert [(m.sender, m.sender_id, m.text) for m in other] == [
            (None, None, "在吗"),
            (None, None, f"{LI}:\n不是"),
        ]
        assert [d.code for chat in (private, group, other) for d in chat.diagnostics] == ["unknown-conversation"] * 2

    def test_databases_of_one_account_are_one_chat(self, tmp_path: Path) -> None:
        for number in range(2):
            mac(
                tmp_path / f"msg_{number}.db",
                **{md5_table(LI): [(number, START + number, f"第{number}句", 1, 1)]},
            )
        write(
            tmp_path / "wccontact_new2.db",
            "CREATE TABLE WCContact (m_nsUsrName TEXT, nickname TEXT)",
            ("INSERT INTO WCContact VALUES (?, ?)", [(LI, "李四")]),
        )
        assert [[m.text for m in chat] for chat in wechatlog.load_archive(tmp_path)] == [["第0句", "第1句"]]

    def test_the_list_of_chats_tells_whose_tables_they_are(self, tmp_path: Path) -> None:
        folder = tmp_path / "Message"
        folder.mkdir()
        path = mac(
            folder / "msg_0.db",
            **{md5_table(ROOM): [(1, START, "早", 1, 0)], md5_table(LI): [(2, START, "在吗", 1, 1)]},
        )
        (tmp_path / "Session").mkdir()
        write(
            tmp_path / "Session" / "session_new.db",
            "CREATE TABLE SessionAbstract (m_nsUserName TEXT, m_uLastTime INT)",
            ("INSERT INTO SessionAbstract VALUES (?, 0)", [(ROOM,), (LI,)]),
        )
        group, private = wechatlog.load_archive(path)
        assert (group.id, group.is_group, group.title) == (ROOM, True, None)
        assert [(m.sender_id, m.is_self) for m in private] == [(LI, False)]
        assert not group.diagnostics
        assert not private.diagnostics

    def test_packed_content_of_ios(self, tmp_path: Path) -> None:
        path = write(
            tmp_path / "message_1.sqlite",
            f"CREATE TABLE {md5_table(LI)} (MesLocalID INTEGER PRIMARY KEY, MesSvrID INT, CreateTime INT, Message TEXT,"
            " Type INT, Des INT, WCDB_CT_Message INT)",
            (
                f"INSERT INTO {md5_table(LI)} VALUES (?, ?, ?, ?, ?, ?, ?)",
                [(1, 1, START, zstd("长" * 50), 1, 1, 4), (2, 2, START, b"\xff\xfe", 1, 1, 4)],
            ),
        )
        found = wechatlog.load(path)
        assert found[0].text == "长" * 50
        assert "broken-content" in [d.code for d in found.diagnostics]


class TestAndroid:
    def test_owner_by_name(self) -> None:
        found = load_all(CASES / "wechat-android-db" / "EnMicroMsg.db", owner="小张")
        assert {m.sender for m in found[LI] if m.is_self} == {"张三"}
        assert found[LI].owner == OWN

    def test_few_columns_and_no_contacts(self, tmp_path: Path) -> None:
        path = write(
            tmp_path / "EnMicroMsg.db",
            "CREATE TABLE message (talker TEXT, isSend INTEGER, createTime INTEGER, content TEXT, type INTEGER)",
            (
                "INSERT INTO message VALUES (?, ?, ?, ?, 1)",
                [(ROOM, 0, START * 1000, f"{LI}:\n早"), (ROOM, 1, START * 1000 + 1000, "早啊")],
            ),
        )
        found = wechatlog.load(path)
        assert [(m.sender, m.sender_id, m.text) for m in found] == [(LI, LI, "早"), ("我", None, "早啊")]
        assert found[1].time.isoformat() == "2024-03-01T09:00:01+08:00"

    def test_number_without_a_table_is_told_by_its_xml(self, tmp_path: Path) -> None:
        row = (
            1,
            0x22000031,
            0,
            0,
            START,
            LI,
            "<msg><appmsg><title>说明</title><type>33</type></appmsg></msg>",
            None,
            None,
        )
        other = (2, 0x22000001 + 98, 0, 0, START, LI, "新类型", None, None)
        found = wechatlog.load(write(tmp_path / "MSG.db", V3_SCHEMA, v3_rows(row, other)))
        assert [m.kind for m in found] == ["mini_program", "other"]
        assert [d.code for d in found.diagnostics] == ["unknown-kind"]


def test_pat_of_somebody_without_a_name_has_the_words_of_its_title(v4: Path) -> None:
    record = f'<record><fromUser>{LI}</fromUser><template>"${{{LI}}}" 拍了拍我</template></record>'
    pat = f"<patMsg><records>{record}</records></patMsg>"
    xml = f'<msg><appmsg><title>"李四" 拍了拍我</title><type>62</type>{pat}</appmsg></msg>'
    write(v4, f"DROP TABLE [{table_of(ROOM)}]", v4_rows(LI, (5, 62 << 32 | 49, 9, 2, START + 9, 3, xml, 0)))
    assert (wechatlog.load(v4)[-1].kind, wechatlog.load(v4)[-1].text) == ("pat", '"李四" 拍了拍我')


@given(st.data())
def test_damage_anywhere_is_read_or_refused(data: st.DataObject) -> None:
    connection = sqlite3.connect(":memory:")
    connection.execute(V3_SCHEMA)
    connection.executemany(*v3_rows(*ROWS))
    connection.commit()
    content = bytearray(connection.serialize())
    connection.close()
    for _ in range(data.draw(st.integers(1, 8))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    with contextlib.suppress(WechatlogError):
        list(wechatlog.load_archive(bytes(content)))
    with contextlib.suppress(WechatlogError):
        list(wechatlog.iter_messages(bytes(content), format="wechat-v3-db"))


@pytest.mark.parametrize(
    ("case", "change", "where"),
    [
        ("wechat-android-db/EnMicroMsg.db", "UPDATE message SET content = {} WHERE type = 1", "row 1 of message"),
        ("wechat-android-db/EnMicroMsg.db", "UPDATE rcontact SET nickname = {}", "a name of"),
        (
            "wechat-android-db/EnMicroMsg.db",
            "UPDATE message SET talker = {}",
            "the account of a conversation in message",
        ),
        ("wechat-v4-db/message_0.db", "UPDATE Name2Id SET user_name = {} WHERE rowid = 1", "row 1 of Name2Id"),
        ("sqlite/two-chats.sqlite", "UPDATE messages SET text = {} WHERE message = 1", "row 0 of messages"),
        ("sqlite/two-chats.sqlite", "UPDATE conversations SET title = {}", "a title"),
    ],
)
def test_bytes_that_are_no_text_are_told(tmp_path: Path, case: str, change: str, where: str) -> None:
    path = tmp_path / Path(case).name
    shutil.copy(CASES / case, path)
    with contextlib.closing(sqlite3.connect(path)) as database, database:
        database.execute(change.format("CAST(X'E697A9FF' AS TEXT)"))
    archive = wechatlog.load_archive(path)
    told = {entry.message for chat in archive for entry in chat.diagnostics if entry.code == "broken-encoding"}
    assert any(line.startswith(where) and line.endswith("are not UTF-8; they were replaced by U+FFFD") for line in told)
