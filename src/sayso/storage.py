"""Write so that a reader, or a kill at any moment, never meets half a file or half a folder."""

from __future__ import annotations

import contextlib
import ctypes
import errno
import fcntl
import os
import shutil
import sys
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from sayso.errors import StorageError

__all__ = ["disk", "exclusive", "fsync_tree", "remove_folder", "swap_folder", "write_file", "write_files"]

WRITERS = 8
"""Files that are brought to the disk at the same time."""
_AT_FDCWD = -100 if sys.platform != "darwin" else -2
_RENAME_EXCHANGE = 2  # also RENAME_SWAP of macOS


@contextlib.contextmanager
def disk(action: str, path: Path) -> Iterator[None]:
    """Tell what could not be done.

    Raises:
        StorageError: the system refused.
    """
    try:
        yield
    except OSError as error:
        raise StorageError(f"cannot {action} {path}: {error.strerror or error}") from error


def write_file(path: Path, data: bytes) -> None:
    """Replace a file whole: temporary name, fsync, rename, fsync of the folder.

    Raises:
        StorageError: the disk is full, read-only or gone; the old file is as it was.
    """
    write_files({path: data})


def write_files(files: Mapping[Path, bytes]) -> None:
    """Replace many files, each whole; a kill in between leaves some of them replaced and the others as they were.

    Raises:
        StorageError: as for one; no file was replaced unless the disk failed at the very end.
    """

    def put(path: Path) -> None:
        with disk("write", path), _temporary(path).open("wb") as file:
            file.write(files[path])
            file.flush()
            os.fsync(file.fileno())

    try:
        if len(files) == 1:
            put(*files)
        else:
            # Disks bring many files to rest together in little more time than one.
            with ThreadPoolExecutor(WRITERS) as pool:
                list(pool.map(put, files))
        for path in files:
            with disk("write", path):
                _temporary(path).replace(path)
    except StorageError:
        for path in files:
            with contextlib.suppress(OSError):
                _temporary(path).unlink(missing_ok=True)
        raise
    for folder in {path.parent for path in files}:
        with disk("write", folder):
            _fsync(folder)


def _temporary(path: Path) -> Path:
    return path.with_name(f".{path.name}.tmp")


def fsync_tree(folder: Path) -> None:
    """Bring every file and folder below `folder` to the disk."""
    with disk("write", folder):
        for path in [*folder.rglob("*"), folder]:
            _fsync(path)


def _fsync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def swap_folder(new: Path, target: Path) -> None:
    """Put `new` in the place of `target` in one step; what was there is then at `new`, for the caller to remove.

    Where the file system cannot exchange two names, `target` is away for the instant between two renames.

    Raises:
        StorageError: the disk refuses, or `target` is no folder of its own: a link or a file stays where it is.
    """
    if target.is_symlink() or (target.exists() and not target.is_dir()):
        what = "a link" if target.is_symlink() else "a file"
        raise StorageError(f"cannot replace {target}: it is {what}, and a folder belongs there: remove it")
    with disk("replace", target):
        if not target.exists():
            new.rename(target)
        elif not _exchange(new, target):
            aside = new.with_name(new.name + ".old")
            target.rename(aside)
            new.rename(target)
            aside.rename(new)
        _fsync(target.parent)


def _exchange(one: Path, other: Path) -> bool:
    libc = ctypes.CDLL(None, use_errno=True)
    rename = getattr(libc, "renameatx_np" if sys.platform == "darwin" else "renameat2", None)
    if rename is None:  # pragma: no cover - a C library older than 2018
        return False
    done = rename(_AT_FDCWD, os.fsencode(one), _AT_FDCWD, os.fsencode(other), ctypes.c_uint(_RENAME_EXCHANGE))
    if done == 0:
        return True
    code = ctypes.get_errno()
    if code in (errno.EINVAL, errno.ENOSYS, errno.ENOTSUP):
        return False
    raise OSError(code, os.strerror(code))


def remove_folder(folder: Path) -> None:
    """Remove a folder and all in it, if it is there; of a link, the link alone."""
    with disk("remove", folder), contextlib.suppress(FileNotFoundError):
        if folder.is_symlink() or folder.is_file():
            folder.unlink()
        else:
            shutil.rmtree(folder)


@contextlib.contextmanager
def exclusive(folder: Path) -> Iterator[None]:
    """Hold a lock on a folder; it vanishes with the process, however that ends.

    Raises:
        StorageError: another process holds it.
    """
    with disk("lock", folder):
        descriptor = os.open(folder, os.O_RDONLY)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise StorageError(f"another sayso is at work in {folder}: wait for it to end") from error
        yield
    finally:
        os.close(descriptor)
