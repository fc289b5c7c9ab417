"""What is recognised and refused: training sets, what was made for language models, contacts, encrypted exports.

Takes the head of an input, gives a refusal with the reason, so that nobody gets an empty conversation, or one
without times and people, from a file that is no chat. Reads nothing.

Format facts: MemoTrace 1 `_train.json`/`_dev.json` and contacts CSV, OpenAI and ShareGPT conversations,
Alpaca; contact exports of WeFlow, CipherTalk (`contactExportService.ts`), chatlog and PyWxDump
(`users.json`); WeChatDataAnalysis `.zip.wec` (`WEC1` container), encrypted entries of a ZIP.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from types import MappingProxyType
from typing import Any, Final

import attrs

from wechatlog.engine.protocol import Batch, Context, Head, Refusal
from wechatlog.errors import RefusedFormatError
from wechatlog.source import Source

# --- training sets --------------------------------------------------------------------------------

_TURN_KEYS: Final = ({"role", "content"}, {"role", "parts"}, {"from", "value"}, {"input", "output"})
# A question and its answer, as sets without turns name them.
_PAIRS: Final = (
    {"instruction", "output"},
    {"instruction", "response"},
    {"prompt", "completion"},
    {"prompt", "response"},
    {"prompt", "chosen"},
    {"query", "response"},
    {"question", "answer"},
)
_TURN_LISTS: Final = ("conversations", "conversation", "messages", "contents")
_WRAPPERS: Final = ("data", "train", "examples")
_TIME_KEYS: Final = frozenset({"time", "timestamp", "createTime", "CreateTime", "ts", "date"})
_TRAINING: Final = "a training set for language models: turns with a role, without times and people"
_PAIRED: Final = "a training set for language models: questions and answers, without times and people"


def _first(value: Any) -> Any:
    return value[0] if isinstance(value, list) and value else None


def _is_turns(value: Any) -> bool:
    """Whether a list holds turns of a dialogue with a role instead of a sender."""
    turn = _first(value)
    if not isinstance(turn, dict) or turn.keys() & _TIME_KEYS:
        return False
    return any(keys <= turn.keys() for keys in _TURN_KEYS)


def _is_pair(names: Collection[str]) -> bool:
    return any(pair <= set(names) for pair in _PAIRS)


def _sample_reason(value: Any) -> str | None:
    if not isinstance(value, dict):
        return None
    if any(_is_turns(value.get(key)) for key in _TURN_LISTS):
        return _TRAINING
    return _PAIRED if _is_pair(value.keys()) and not value.keys() & _TIME_KEYS else None


def _training_reason(value: Any) -> str | None:
    if isinstance(value, list):
        # Bare pairs of `input` and `output` are too common to mean anything.
        return _TRAINING if _is_turns(value) and "input" not in value[0] else _sample_reason(_first(value))
    if not isinstance(value, dict):
        return None
    wrapped = (_sample_reason(_first(value.get(key))) for key in _WRAPPERS)
    return _sample_reason(value) or next(filter(None, wrapped), None)


def _find_training(head: Head) -> Refusal | None:
    for value in _json_values(head):
        if reason := _training_reason(value):
            return Refusal(reason)
    columns = _columns(head)
    return Refusal(_PAIRED, 0.9) if columns and _is_pair(columns) and not columns & _CHAT_COLUMNS else None


def _columns(head: Head) -> set[str]:
    if "json" in head.containers:
        return set()
    row = head.header_row
    if len(row) == 1:
        row = tuple(row[0].split("\t" if "\t" in row[0] else ";"))
    return {column.strip(' "') for column in row}


def _json_values(head: Head) -> Iterator[Any]:
    if head.json is not None:
        yield head.json
    if "jsonl" in head.containers:
        line = next((line for line in head.lines if line.strip()[:1] == "{"), "")
        try:
            yield json.loads(line)
        except (ValueError, RecursionError):
            return


# --- what this library writes for language models -------------------------------------------------

_CONTEXT: Final = "a chat as language models read it, which has lost what it was made of; read the archive itself"
_TRANSCRIPT: Final = re.compile(r"(?:# [^\n]*\r?\n\r?\n)?Chat transcript\. A line is `HH:MM name: text`;")
_CHUNK_KEYS: Final = {"id", "start", "end", "participants", "messages", "tokens", "text"}


def _find_context(head: Head) -> Refusal | None:
    if _TRANSCRIPT.match(head.text):
        return Refusal(_CONTEXT)
    chunks = (isinstance(value, dict) and value.keys() >= _CHUNK_KEYS for value in _json_values(head))
    return Refusal(_CONTEXT) if any(chunks) else None


# --- lists of contacts ----------------------------------------------------------------------------

_CONTACTS: Final = "a list of contacts: it holds people and no messages"
_ACCOUNT_KEYS: Final = frozenset({"username", "userName", "UserName", "wxid", "usrName"})
_NAME_KEYS: Final = frozenset(
    {"nickname", "nickName", "NickName", "nick_name", "remark", "Remark", "displayName", "alias"}
)
_MESSAGE_KEYS: Final = frozenset(
    "content text msg createTime create_time CreateTime timestamp seq MsgSvrID messages".split()
)
_CONTACT_COLUMNS: Final = (
    {"UserName", "NickName"},
    {"用户名", "昵称"},
    {"用户名", "显示名称"},
    {"微信号", "昵称"},
    {"微信ID", "昵称"},
)
# A column of these holds what somebody wrote, or when: such a table is a chat, whatever else it lists.
_CHAT_COLUMNS: Final = frozenset(
    {"时间", "时刻", "日期", "内容", "消息内容", "发送时间", "消息类型", "类型名称", "StrContent", "StrTime"}
    | {"CreateTime", "Content", "Time", "content", "msg", "time"}
)


def _is_contact(value: Any) -> bool:
    if not isinstance(value, dict) or value.keys() & (_MESSAGE_KEYS | _TIME_KEYS):
        return False
    return bool(value.keys() & _ACCOUNT_KEYS) and bool(value.keys() & _NAME_KEYS)


def _is_contact_list(value: Any) -> bool:
    if isinstance(value, list):
        return _is_contact(_first(value))
    if not isinstance(value, dict) or "messages" in value or "session" in value:
        return False
    if any(_is_contact(_first(value.get(key))) for key in ("contacts", "items", "friends", "data")):
        return True
    entry = next(iter(value.values()), None)  # PyWxDump: account id to person
    return _is_contact(entry) and isinstance(entry, dict) and entry.get("wxid") == next(iter(value))


def _find_contacts(head: Head) -> Refusal | None:
    if head.text.lstrip()[:11].upper() == "BEGIN:VCARD":
        return Refusal(_CONTACTS)
    if "json" in head.containers:
        return Refusal(_CONTACTS) if _is_contact_list(head.json) else None
    columns = _columns(head)
    if columns & _CHAT_COLUMNS or len(columns) < 3:
        return None
    return Refusal(_CONTACTS, 0.95) if any(wanted <= columns for wanted in _CONTACT_COLUMNS) else None


# --- encrypted exports ----------------------------------------------------------------------------

_WEC: Final = "an encrypted export of WeChatDataAnalysis: decrypt it there with the key that was shown when it was made"
_DATABASE: Final = "the database is encrypted (SQLCipher); decrypt it first, with the key of its account"
_ZIP: Final = "an encrypted ZIP: unpack it with its password first"


def _find_encrypted(head: Head) -> Refusal | None:
    if head.data.startswith(b"WEC1"):
        return Refusal(_WEC)
    if head.data.startswith(b"PK\x03\x04") and len(head.data) > 8 and head.data[6] & 1:  # so says its first entry
        return Refusal(_ZIP)
    if head.suffix == ".wec":
        return Refusal(_WEC, 0.6)
    if "binary" not in head.containers:
        return None
    from wechatlog.engine.sqlite import is_encrypted  # which takes SQLite with it

    return Refusal(_DATABASE, 0.9) if is_encrypted(head.source) else None


# --- the refusers ---------------------------------------------------------------------------------


@attrs.frozen(eq=False)
class Refuser:
    """Looks like a reader, and reads nothing.

    Attributes:
        name: what the input is.
        description: one line.
        suffixes: of such files.
        find: the refusal, or `None` for everything else.
        reason: given to whoever names it as a format.
        options: none.
    """

    name: str
    description: str
    suffixes: tuple[str, ...]
    find: Callable[[Head], Refusal | None]
    reason: str
    options: Mapping[str, str] = MappingProxyType({})

    def detect(self, head: Head) -> Refusal | None:
        """Why this is no chat that can be read."""
        return self.find(head)

    def read(self, source: Source, context: Context) -> Iterator[Batch]:
        """Nothing.

        Raises:
            RefusedFormatError: always.
        """
        del context
        raise RefusedFormatError(source.label, self.name, self.reason)


TRAINING: Final = Refuser(
    "training-set",
    "refused: training sets (OpenAI, ShareGPT, Alpaca, MemoTrace _train.json)",
    (".json", ".jsonl", ".csv"),
    _find_training,
    _TRAINING,
)
CONTEXT: Final = Refuser(
    "llm-context",
    "refused: transcripts and chunks for language models (wechatlog llm-markdown, llm-chunks)",
    (".llm.md", ".chunks.jsonl"),
    _find_context,
    _CONTEXT,
)
CONTACTS: Final = Refuser(
    "contact-list",
    "refused: lists of contacts (MemoTrace, WeFlow, CipherTalk, chatlog, PyWxDump users.json, vCard)",
    (".csv", ".json", ".vcf"),
    _find_contacts,
    _CONTACTS,
)
ENCRYPTED: Final = Refuser(
    "encrypted-export",
    "refused: encrypted exports (.zip.wec), ZIPs with a password, databases that were never decrypted",
    (".wec",),
    _find_encrypted,
    "encrypted: decrypt it with the tool that made it",
)
