"""Canonical JSON Lines: one object a line, fixed key order, UTF-8 unescaped, LF, final newline."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from sayso.errors import InputError, StorageError

__all__ = ["Line", "dumps", "encode", "read", "scan"]


class Line(NamedTuple):
    """One line of a file: its number from 1, and its object or what is wrong with it."""

    number: int
    value: dict[str, Any] | None
    problem: str | None


_encode = json.JSONEncoder(ensure_ascii=False, allow_nan=False).encode


def dumps(value: Mapping[str, Any]) -> str:
    """One object as a line without its newline; keys in the mapping's order."""
    return _encode(value)


def encode(values: Iterable[Mapping[str, Any]]) -> bytes:
    """Objects as the bytes of a file."""
    return "".join(dumps(value) + "\n" for value in values).encode()


def scan(path: Path) -> Iterator[Line]:
    """Yield every line of a file, the broken ones with their problem.

    Raises:
        InputError: the file is missing.
        StorageError: it cannot be read.
    """
    try:
        data = path.read_bytes()
    except FileNotFoundError as error:
        raise InputError(path, "no such file") from error
    except OSError as error:
        raise StorageError(f"cannot read {path}: {error.strerror}") from error
    lines = data.split(b"\n")
    if not lines[-1]:
        lines.pop()
    for number, raw in enumerate(lines, 1):
        yield _parse(number, raw)


def read(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield (line number, object).

    Raises:
        InputError: at the first broken line.
    """
    for number, value, problem in scan(path):
        if value is None:
            raise InputError(path, problem or "", number)
        yield number, value


def _no_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) < len(pairs):
        keys = [key for key, _ in pairs]
        raise ValueError(f"the key {next(k for k in keys if keys.count(k) > 1)!r} stands twice in one object")
    return result


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is no JSON")


_decoder = json.JSONDecoder(object_pairs_hook=_no_duplicates, parse_constant=_no_constant)


def _parse(number: int, raw: bytes) -> Line:
    try:
        text = raw.decode("utf-8")
        value = _decoder.decode(text)
        if "\\u" in text:
            dumps(value).encode()
    except UnicodeDecodeError as error:
        return Line(number, None, f"not UTF-8 at byte {error.start} of the line")
    except UnicodeEncodeError as error:
        return Line(number, None, f"a lone surrogate ({error.object[error.start]!a}) is no text")
    except json.JSONDecodeError as error:
        what = "an empty line" if not raw.strip() else f"no JSON at column {error.colno}: {error.msg}"
        return Line(number, None, what)
    except (ValueError, RecursionError) as error:
        return Line(number, None, str(error))
    if not isinstance(value, dict):
        return Line(number, None, f"an object is expected, not {type(value).__name__}")
    return Line(number, value, None)
