"""Where tasks are done: by processes of this machine, or by a Ray cluster.

An engine does nothing but bring tasks to workers. A worker that dies costs its task a second try, in which the document
that killed it is found.
"""

from __future__ import annotations

import logging
import os
import socket
import sys
import time
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, redirect_stdout
from typing import Any, Literal, Protocol, get_args

from sayso.errors import InputError, SaysoError
from sayso.jobs import Call, Outcome, Progress
from sayso.tasks import Task
from sayso.workers import Report, Worker, WorkerDiedError, ready

__all__ = ["ENGINES", "Engine", "Function", "Pool", "open_engine"]

Engine = Literal["local", "ray"]
ENGINES: tuple[Engine, ...] = get_args(Engine)
Function = Callable[[Call, Report], Outcome]

ATTEMPTS = 4
"""How often a task is tried whose worker died. A node may be lost, and be lost again; a task that kills each does not
go on for ever."""
TICK = 0.2
"""Seconds between two looks at the workers."""


class Lost(Exception):  # noqa: N818 - it is caught where it is raised for
    """The worker of a task is gone."""


Message = tuple[Task, Outcome | Progress]


class Pool(Protocol):
    """Workers that do calls."""

    def free(self) -> bool:
        """Whether there is a worker for another call."""

    def start(self, call: Call) -> None:
        """Give a call to a worker."""

    def wait(self) -> list[tuple[Call, Outcome | Progress | Lost]]:
        """What has come from the workers, within a `TICK`."""


class Opened:
    """An engine that is running."""

    def __init__(self, pool: Callable[[Function], AbstractContextManager[Pool]]) -> None:
        self._pool = pool

    def run(self, function: Function, calls: Iterable[Call]) -> Generator[Message | None, None, None]:
        """Do all calls, in any order.

        Yields:
            progress of a task, at last its outcome; None where nothing happens for a while.
        """
        queue = deque(calls)
        attempts: dict[Task, int] = {}
        busy = 0
        with self._pool(function) as pool:
            while queue or busy:
                while queue and pool.free():
                    pool.start(queue.popleft())
                    busy += 1
                came = pool.wait()
                if not came:
                    yield None
                for call, message in came:
                    busy -= not isinstance(message, Progress)
                    if not isinstance(message, Lost):
                        yield call.task, message
                        continue
                    attempts[call.task] = attempts.get(call.task, 1) + 1
                    if attempts[call.task] <= ATTEMPTS:
                        queue.append(call._replace(isolated=True))
                    else:
                        problem = f"its worker died {ATTEMPTS} times, not of one document"
                        detail = f": {message}" if str(message) else ""
                        yield call.task, Outcome(call.task, None, problem + detail)


@contextmanager
def open_engine(engine: Engine, workers: int | None, address: str | None = None) -> Iterator[Opened]:
    """Start an engine.

    Args:
        workers: processes of this machine, or tasks at a time on a cluster; by default as many as there are processors.
        address: of a Ray cluster; by default one is started here.

    Raises:
        InputError: the engine is not installed.
        SaysoError: the cluster cannot be reached.
    """
    if engine == "local":
        number = workers or _processors()
        yield Opened(lambda function: _LocalPool(function, number))
    else:
        with _ray(address, workers) as ray:
            yield Opened(lambda function: _RayPool(ray, function, workers))


def _processors() -> int:
    """Those that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class _LocalPool:
    """Each worker has one task at a time, so that it is known of which task a worker died."""

    def __init__(self, function: Function, number: int) -> None:
        self._function, self._number = function, number
        self._idle: list[Worker] = []
        self._busy: dict[Worker, Call] = {}

    def __enter__(self) -> _LocalPool:
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        for worker in [*self._idle, *self._busy]:
            worker.stop(gently=kind is None)

    def free(self) -> bool:
        return len(self._busy) < self._number

    def start(self, call: Call) -> None:
        worker = self._idle.pop() if self._idle else Worker(self._function)
        try:
            worker.send(call)
        except WorkerDiedError:
            worker.stop()
            worker = Worker(self._function)
            worker.send(call)
        self._busy[worker] = call

    def wait(self) -> list[tuple[Call, Outcome | Progress | Lost]]:
        came: list[tuple[Call, Outcome | Progress | Lost]] = []
        for worker in ready(list(self._busy), TICK):
            call = self._busy[worker]
            try:
                final, message = worker.receive()
            except WorkerDiedError:
                del self._busy[worker]
                worker.stop()
                came.append((call, Lost()))
                continue
            if final:
                del self._busy[worker]
                self._idle.append(worker)
            came.append((call, message))
        return came


@contextmanager
def _ray(address: str | None, workers: int | None) -> Iterator[Any]:
    # It would call out otherwise.
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    try:
        import ray
    except ImportError as error:
        raise InputError("--engine ray", "Ray is not installed: pip install 'sayso[ray]'") from error
    # Without an address Ray attaches to any cluster that it finds traces of.
    here: dict[str, Any] = {"num_cpus": workers, "include_dashboard": False} if address is None else {}
    if address is not None:
        _check_reachable(address)
    # Ray tells of lost workers on stdout, where programs wait for our JSON.
    with redirect_stdout(sys.stderr):
        try:
            ray.init(address=address or "local", log_to_driver=False, logging_level=logging.ERROR, **here)
        except Exception as error:
            raise SaysoError(f"Ray at {address or 'this machine'} cannot be reached: {error}") from error
        try:
            yield ray
        finally:
            ray.shutdown()


def _check_reachable(address: str) -> None:
    """Ray itself would try for ever, and say so to nobody."""
    host, separator, port = address.removeprefix("ray://").rpartition(":")
    if separator and port.isdecimal():
        try:
            socket.create_connection((host, int(port)), timeout=10).close()
        except OSError as error:
            raise SaysoError(f"Ray at {address} cannot be reached: {error.strerror or error}") from error


class _RayPool:
    """One Ray task a call. Twice as many as there are processors are under way, so that none waits for the driver."""

    def __init__(self, ray: Any, function: Function, workers: int | None) -> None:
        self._ray, self._workers = ray, workers
        # Our own second try takes care, Ray's would not.
        self._remote = ray.remote(num_cpus=1, max_retries=0)(_without_report)
        self._function = function
        self._running: dict[Any, Call] = {}
        self._asked, self._most = 0.0, 1

    def __enter__(self) -> _RayPool:
        return self

    def __exit__(self, *_: object) -> None:
        for reference in self._running:
            self._ray.cancel(reference, force=True)

    def free(self) -> bool:
        if time.monotonic() - self._asked > 5:
            processors = int(self._ray.cluster_resources().get("CPU", 1))
            self._asked, self._most = time.monotonic(), self._workers or 2 * max(1, processors)
        return len(self._running) < self._most

    def start(self, call: Call) -> None:
        self._running[self._remote.remote(self._function, call)] = call

    def wait(self) -> list[tuple[Call, Outcome | Progress | Lost]]:
        done, _ = self._ray.wait(list(self._running), num_returns=len(self._running), timeout=TICK)
        came: list[tuple[Call, Outcome | Progress | Lost]] = []
        for reference in done:
            call = self._running.pop(reference)
            try:
                came.append((call, self._ray.get(reference)))
            except self._ray.exceptions.RayError as error:
                told = str(error).strip().splitlines()
                came.append((call, Lost(told[0] if told else type(error).__name__)))
        return came


def _without_report(function: Function, call: Call) -> Outcome:
    """A Ray task has no way to report while it runs but through another actor; a shard's end is report enough."""
    return function(call, lambda _: None)
