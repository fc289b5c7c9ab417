"""Work done by several processes, its results in order and not more of them than are wanted.

Takes tasks and a function that processes can import, gives what it returns for each, in the order of the tasks. Starts
processes anew (`spawn`), so that it works alike on every system and in programs with threads. Knows nothing of chats.
"""

from __future__ import annotations

import collections
import multiprocessing
import pickle
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import TYPE_CHECKING, Any, Final, TypeVar

from wechatlog.errors import OptionError, WechatlogError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

_AHEAD: Final = 2
"""Tasks that wait for each process, so that none of them waits for us; more would fill the memory with results."""
_PATIENCE: Final = 5.0
"""Seconds after which one looks whether all processes are alive."""

_Task = TypeVar("_Task")
_Result = TypeVar("_Result")


def in_order(
    tasks: Iterable[list[_Task]],
    do: Callable[[list[_Task]], list[_Result]],
    workers: int,
    start: Callable[..., None],
    *given: Any,
) -> Iterator[list[_Result]]:
    """What a function returns for each task, in their order.

    Args:
        tasks: lists of what is to be done, taken a few at a time; an empty one needs no process.
        do: the function, importable by its name.
        workers: how many processes.
        start: called in each process first, with
        given: what does not differ from task to task.

    Raises:
        OptionError: where what is given cannot be sent to another process.
        WechatlogError: where a process died.
    """
    try:
        pickle.dumps(given)
    except Exception as error:
        what = f"a reader or an option cannot be sent to other processes ({error}); leave workers out"
        raise OptionError("workers", what) from error
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(workers, mp_context=context, initializer=start, initargs=given)
    waiting: collections.deque[Future[list[_Result]] | None] = collections.deque()
    try:
        for task in tasks:
            waiting.append(pool.submit(do, task) if task else None)
            while len(waiting) > _AHEAD * workers or (waiting and waiting[0] is None):
                yield _result(waiting.popleft(), pool)
        while waiting:
            yield _result(waiting.popleft(), pool)
    except BrokenProcessPool as error:
        what = (
            "a process that read files died: it was out of memory, was killed, or the program that calls "
            'workers= has no `if __name__ == "__main__":`'
        )
        raise WechatlogError(what) from error
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _result(future: Future[list[_Result]] | None, pool: ProcessPoolExecutor) -> list[_Result]:
    """What a task gave; a process that died meanwhile is noticed.

    The pool looks after the processes that it had when it last began to wait. One that it started later may die unseen,
    and a task of nothing makes it look again.
    """
    while future is not None:
        try:
            return future.result(_PATIENCE)
        except TimeoutError:
            if future.done():  # the task itself says so
                raise
            pool.submit(int)
    return []
