"""Processes that call one function for one item after another, end with their maker, and whose death is noticed.

They come from a fork server, so that no thread or lock of the maker is in them.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable
from multiprocessing.connection import Connection, wait
from types import TracebackType
from typing import Any

__all__ = ["Report", "Worker", "WorkerDiedError", "ready"]

Report = Callable[[Any], None]
"""Tells the maker something while a call is not finished."""


class WorkerDiedError(Exception):
    """A worker ended in the middle of a call: killed, or by a fault that no Python can catch."""


class Worker:
    """A process, as a context manager: it does not outlive the context.

    Args:
        function: called with an item and a `Report`; all three and what is returned are pickled.
    """

    def __init__(self, function: Callable[[Any, Report], Any]) -> None:
        context = multiprocessing.get_context("forkserver")
        self.connection, theirs = context.Pipe()
        self.process = context.Process(target=_serve, args=(function, theirs))
        self.process.start()
        theirs.close()

    def __enter__(self) -> Worker:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop(gently=kind is None)

    def send(self, item: object) -> None:
        """Have the function called.

        Raises:
            WorkerDiedError: there is nobody to call it.
        """
        try:
            self.connection.send(item)
        except OSError as error:
            raise WorkerDiedError from error

    def receive(self) -> tuple[bool, Any]:
        """Wait for the next message: whether it is what the function returned, and the message.

        Raises:
            WorkerDiedError: there will be none.
        """
        try:
            message: tuple[bool, Any] = self.connection.recv()
        except (EOFError, ConnectionError) as error:
            raise WorkerDiedError from error
        return message

    def stop(self, *, gently: bool = False) -> None:
        """End it: after its call if `gently`, at once otherwise."""
        if not gently:
            self.process.kill()
        self.connection.close()
        self.process.join()


def ready(workers: list[Worker], seconds: float) -> list[Worker]:
    """Those that have a message, or have died, within so many seconds."""
    by_connection = {worker.connection: worker for worker in workers}
    return [by_connection[found] for found in wait(list(by_connection), seconds) if isinstance(found, Connection)]


def _serve(function: Callable[[Any, Report], Any], connection: Connection) -> None:
    # The driver hears of Ctrl-C too, and ends its workers.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_maker, daemon=True).start()
    try:
        while True:
            item = connection.recv()
            answer = function(item, lambda message: connection.send((False, message)))
            connection.send((True, answer))
    except (EOFError, ConnectionError):
        return


def _end_with_maker() -> None:
    """A driver that is killed closes nothing: without this its workers would write on."""
    maker = multiprocessing.parent_process()
    if maker is not None:
        maker.join()
        os._exit(1)
