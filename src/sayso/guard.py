"""No document takes the others with it: one that raises, takes for ever or kills the process is set aside by itself.

A batch is worked on as a whole. If that fails, each of its documents is worked on alone: what comes of a document does
not depend on the others, so the outcome is that of the batch without the culprits.
"""

from __future__ import annotations

import faulthandler
import os
import re
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from types import FrameType
from typing import Any, TypeVar

from sayso.errors import SaysoError
from sayso.raw import Raw, Rejected
from sayso.workers import Report, Worker, WorkerDiedError

__all__ = ["FAULTS", "Guard", "guarded", "isolated"]

FAULTS = {
    "failed": "sayso itself fails on it, which is a fault of sayso's: report it with the text",
    "time-limit": "it takes longer than any text: split it, or raise the limit",
    "kills-worker": "the process that works on it is killed: it asks for too much memory, or a library crashes on it",
}
"""Why a document was set aside on which the work could not be done, and what to do about it."""

T = TypeVar("T")
Work = Callable[[Sequence[Raw]], T]
Guard = Callable[[Sequence[Raw]], tuple[list[T], list[Rejected]]]
"""Does a work on a batch: what came of its parts, in order, and the documents that had to be set aside."""

PATIENCE = 3
"""How many times the limit, of time on the clock, a process is left to notice that its processor time is up."""
SLACK = 30.0
"""And so many seconds, for a machine that has much to do."""
_ADDRESS = re.compile(r"\b0x[0-9a-f]{6,}")
_LONGEST_PROBLEM = 300


class _TimeUp(BaseException):
    """No error: nothing but `guarded` may catch it, not even `except Exception`."""


def guarded(work: Work[T], limit: float) -> Guard[T]:
    """Do a work in this process.

    Args:
        limit: seconds of processor time for a batch, and then for each of its documents. A process that does not
            even notice is ended: use `isolated` then.
    """

    def guard(raws: Sequence[Raw]) -> tuple[list[T], list[Rejected]]:
        try:
            return [_limited(work, raws, limit)], []
        except SaysoError:
            raise  # nothing that is wrong with a document: a package is missing, or the disk is full
        except _TimeUp:
            fault, detail = "time-limit", _too_long(limit)
        except Exception as error:  # whatever a document brings about is its own
            fault, detail = "failed", _told(error)
        if len(raws) == 1:
            return [], [_rejected(raws[0], fault, detail)]
        return _one_by_one(guard, raws)

    return guard


@contextmanager
def isolated(work: Work[T], limit: float) -> Iterator[Guard[T]]:
    """Do a work in a process of its own, so that one that dies is noticed; for what has killed a worker once."""
    workers = [Worker(_Served(work, limit))]

    def guard(raws: Sequence[Raw]) -> tuple[list[T], list[Rejected]]:
        began = time.monotonic()
        try:
            workers[0].send(raws)
            _, done = workers[0].receive()
        except WorkerDiedError:
            # It sees to its limit itself; where it cannot, it is ended by its watchdog.
            in_time = time.monotonic() - began < limit * PATIENCE + SLACK
            fault, detail = ("kills-worker", "") if in_time else ("time-limit", _too_long(limit))
        else:
            if isinstance(done, SaysoError):
                raise done
            parts, rejected = done
            return parts, rejected
        workers[0].stop()
        workers[0] = Worker(_Served(work, limit))
        if len(raws) == 1:
            return [], [_rejected(raws[0], fault, detail)]
        return _one_by_one(guard, raws)

    try:
        yield guard
    finally:
        workers[0].stop()


class _Served:
    """The work as a `Worker` calls it."""

    def __init__(self, work: Work[Any], limit: float) -> None:
        self.work, self.limit = work, limit

    def __call__(self, raws: Sequence[Raw], _report: Report) -> object:
        try:
            return guarded(self.work, self.limit)(raws)
        except SaysoError as error:
            return SaysoError(str(error))


def _one_by_one(guard: Guard[T], raws: Sequence[Raw]) -> tuple[list[T], list[Rejected]]:
    parts: list[T] = []
    rejected: list[Rejected] = []
    for raw in raws:
        own, set_aside = guard([raw])
        parts += own
        rejected += set_aside
    return parts, rejected


def _limited(work: Work[T], raws: Sequence[Raw], limit: float) -> T:
    """Call it with a limit of processor time, which does not depend on what else the machine has to do."""

    def time_up(_signal: int, _frame: FrameType | None) -> None:
        raise _TimeUp

    before = signal.signal(signal.SIGPROF, time_up)
    with open(os.devnull, "w") as nowhere:  # noqa: PTH123
        # A library that does not come back to Python never hears of the signal.
        faulthandler.dump_traceback_later(limit * PATIENCE + SLACK, exit=True, file=nowhere)
        try:
            try:
                # Again and again, lest it be lost where Python cannot raise.
                signal.setitimer(signal.ITIMER_PROF, limit, 0.1)
                return work(raws)
            finally:
                signal.setitimer(signal.ITIMER_PROF, 0)
        except _TimeUp:
            signal.setitimer(signal.ITIMER_PROF, 0)
            raise
        finally:
            faulthandler.cancel_dump_traceback_later()
            signal.signal(signal.SIGPROF, before)


def _too_long(limit: float) -> str:
    return f"more than {limit:g} seconds of processor time"


def _told(error: Exception) -> str:
    """The error, without what differs from run to run."""
    told = " ".join(f"{type(error).__name__}: {error}".split())
    return _ADDRESS.sub("0x", told)[:_LONGEST_PROBLEM]


def _rejected(raw: Raw, fault: str, detail: str) -> Rejected:
    return Rejected(raw.id, raw.place, fault, f"{detail}; {FAULTS[fault]}" if detail else FAULTS[fault])
