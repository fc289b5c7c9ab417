"""Whole-archive operations: pure functions over conversations. They know no format and open nothing."""

from wechatlog.operations.checks import Finding, check
from wechatlog.operations.identity import (
    Evidence,
    Identities,
    Name,
    Person,
    ResolvedMention,
    identities,
    resolve_mentions,
)
from wechatlog.operations.merge import Conflict, MergePart, MergeReport, merge, merge_report
from wechatlog.operations.pseudonymize import pseudonymize, pseudonymize_archive
from wechatlog.operations.pseudonyms import PseudonymReport, Pseudonyms, ReplacedName
from wechatlog.operations.search import Hit, Place, search
from wechatlog.operations.sessions import iter_sessions, own_gap, sessions
from wechatlog.operations.split import split
from wechatlog.operations.statistics.count import statistics
from wechatlog.operations.statistics.values import (
    Counts,
    Moment,
    ResponseTimes,
    SenderStatistics,
    Silence,
    Statistics,
    Streak,
)
from wechatlog.operations.threads import Answer, Threads, threads

__all__ = [
    "Answer",
    "Conflict",
    "Counts",
    "Evidence",
    "Finding",
    "Hit",
    "Identities",
    "MergePart",
    "MergeReport",
    "Moment",
    "Name",
    "Person",
    "Place",
    "PseudonymReport",
    "Pseudonyms",
    "ReplacedName",
    "ResolvedMention",
    "ResponseTimes",
    "SenderStatistics",
    "Silence",
    "Statistics",
    "Streak",
    "Threads",
    "check",
    "identities",
    "iter_sessions",
    "merge",
    "merge_report",
    "own_gap",
    "pseudonymize",
    "pseudonymize_archive",
    "resolve_mentions",
    "search",
    "sessions",
    "split",
    "statistics",
    "threads",
]
