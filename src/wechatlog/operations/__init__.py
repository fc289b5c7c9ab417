"""Whole-archive operations: pure functions over conversations. They know no format and open nothing."""

from wechatlog.operations.merge import merge

__all__ = ["merge"]
