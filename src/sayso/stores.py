"""Where collections are: folders of this machine, or any place that fsspec reaches by a URL, such as s3:// or https://.

A store of files gives them out as files of this machine, and takes files in whole: a reader never meets half a file
under its name. Here that is fsync and rename; an object store makes an object visible when all of it is there.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import tempfile
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol
from uuid import uuid4

from sayso.errors import InputError, StorageError
from sayso.storage import disk, exclusive, remove_folder, write_file

if TYPE_CHECKING:
    from fsspec import AbstractFileSystem

__all__ = ["File", "LocalStore", "RemoteStore", "State", "Store", "open_store"]

HALF_MADE = "_tmp"
"""The folder of what is not finished: readers of folders pass it over."""
_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+://|memory:")
_FILE = re.compile(r"(?:file|local):(?://(?P<host>[^/]*))?(?P<path>/.*)", re.DOTALL)
_SECOND = 1_000_000_000


class File(NamedTuple):
    """A file of a store.

    Attributes:
        name: its path within the store, with `/`.
        size: in bytes.
    """

    name: str
    size: int


class State(NamedTuple):
    """What tells whether a file is the one that it was.

    Attributes:
        modified: in nanoseconds; None where the store does not say.
        changed: when its name, owner or contents changed, which nobody can set back, if the store says.
    """

    size: int
    modified: int | None
    changed: int | None


class Store(Hashable, Protocol):
    """What a place of files can do. Names are paths within it, with `/`."""

    @property
    def location(self) -> str:
        """As the user would write it."""

    def files(self) -> list[File]:
        """All files in the order of their names, but those whose name, or whose folder's, starts with `.` or `_`.

        Links to folders are not followed: they are there with a `/` at the end, and links to nowhere with no bytes.
        """

    def names(self, folder: str) -> list[str]:
        """The names of the files below a folder, in their order."""

    def state(self, name: str) -> State | None:
        """None if there is no such file."""

    def read(self, name: str) -> bytes | None:
        """A small file; None if there is no such file."""

    def local(self, names: Sequence[str]) -> contextlib.AbstractContextManager[list[Path]]:
        """The files on this machine, for as long as the context lasts."""

    def scratch(self) -> contextlib.AbstractContextManager[Path]:
        """A folder of this machine to make files in; it is gone after the context."""

    def put(self, path: Path, name: str) -> None:
        """Take a file in, whole; it is then gone from `path`."""

    def write(self, name: str, data: bytes) -> None:
        """Take a small file in, whole, if its bytes are new."""

    def touch(self, name: str) -> None:
        """Make a file the newest, if the store can."""

    def remove(self, name: str) -> None:
        """Remove a file or a folder, if it is there."""

    def lock(self) -> contextlib.AbstractContextManager[None]:
        """Make the place if it is not there, and keep other drivers out, if the store can."""


def open_store(location: str) -> Store:
    """The store of a path or URL.

    Raises:
        InputError: it is no path, or nothing here knows such URLs.
    """
    if not location:
        raise InputError("the path of the input or output", "is empty")
    if local := _FILE.match(location):
        if local["host"] not in (None, "", "localhost"):
            raise InputError(location, "a file of this machine has three slashes: file:///path")
        location = local["path"]
    if not _URL.match(location):
        try:
            Path(location).exists()
        except (OSError, ValueError) as error:
            raise InputError(location, str(getattr(error, "strerror", None) or error)) from error
        return LocalStore(Path(location))
    store = RemoteStore(location)
    store.system()
    return store


@dataclass(frozen=True, slots=True)
class LocalStore:
    """A folder, or one file, of this machine."""

    root: Path

    @property
    def location(self) -> str:
        """The path."""
        return str(self.root)

    def _path(self, name: str) -> Path:
        return self.root if self.root.is_file() else self.root / name

    def files(self) -> list[File]:
        """See `Store`."""
        if self.root.is_file():
            return [File(self.root.name, self.root.stat().st_size)]
        if not self.root.is_dir():
            raise InputError(self.root, "no such file or folder")
        found = []
        with disk("read", self.root):
            for folder, folders, files in os.walk(self.root, onerror=_raise):
                folders[:] = [name for name in folders if name[0] not in "._"]
                within = Path(folder).relative_to(self.root)
                for name in (name for name in files if name[0] not in "._"):
                    path = Path(folder, name)
                    if path.is_file():
                        found.append(File((within / name).as_posix(), path.stat().st_size))
                    elif path.is_symlink():  # to nowhere: who reads it tells
                        found.append(File((within / name).as_posix(), 0))
                found += [
                    File(f"{(within / name).as_posix()}/", 0) for name in folders if Path(folder, name).is_symlink()
                ]
        return sorted(found)

    def names(self, folder: str) -> list[str]:
        """See `Store`."""
        return sorted(p.relative_to(self.root).as_posix() for p in (self.root / folder).rglob("*") if p.is_file())

    def state(self, name: str) -> State | None:
        """See `Store`."""
        try:
            stat = self._path(name).stat()
        except OSError:
            return None
        return State(stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns)

    def read(self, name: str) -> bytes | None:
        """See `Store`."""
        try:
            return self._path(name).read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise StorageError(f"cannot read {self._path(name)}: {error.strerror}") from error

    @contextlib.contextmanager
    def local(self, names: Sequence[str]) -> Iterator[list[Path]]:
        """See `Store`."""
        yield [self._path(name) for name in names]

    @contextlib.contextmanager
    def scratch(self) -> Iterator[Path]:
        """See `Store`."""
        folder = self.root / HALF_MADE / uuid4().hex
        with disk("write", folder):
            folder.mkdir(parents=True)
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def put(self, path: Path, name: str) -> None:
        """See `Store`."""
        target = self.root / name
        with disk("write", target):
            target.parent.mkdir(parents=True, exist_ok=True)
            _fsync(path)
            path.replace(target)
            _fsync(target.parent)

    def write(self, name: str, data: bytes) -> None:
        """See `Store`."""
        target = self.root / name
        if self.read(name) == data:
            return
        with disk("write", target):
            target.parent.mkdir(parents=True, exist_ok=True)
        write_file(target, data)

    def touch(self, name: str) -> None:
        """See `Store`."""
        with contextlib.suppress(OSError):
            os.utime(self.root / name)

    def remove(self, name: str) -> None:
        """See `Store`."""
        path = self.root / name
        if path.is_dir():
            remove_folder(path)
        else:
            with disk("remove", path):
                path.unlink(missing_ok=True)

    @contextlib.contextmanager
    def lock(self) -> Iterator[None]:
        """See `Store`."""
        with disk("write", self.root):
            self.root.mkdir(parents=True, exist_ok=True)
        with exclusive(self.root):
            yield


def _raise(error: OSError) -> None:
    """A folder that cannot be read is not an empty one."""
    raise StorageError(f"cannot read {error.filename}: {error.strerror}") from error


def _fsync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@dataclass(frozen=True, slots=True)
class RemoteStore:
    """A place that fsspec reaches. Files pass through a temporary folder of this machine, one task's at a time.

    There is no lock: of two drivers at once, both do the work, and their bytes are the same.
    """

    url: str

    @property
    def location(self) -> str:
        """The URL."""
        return self.url

    def system(self) -> AbstractFileSystem:
        """The file system of the URL.

        Raises:
            InputError: no package for such URLs is installed.
        """
        return self._opened()[0]

    def _opened(self) -> tuple[AbstractFileSystem, str]:
        import fsspec

        try:
            system, root = fsspec.core.url_to_fs(self.url)
        except (ImportError, ValueError, OSError) as error:
            raise InputError(self.url, f"cannot be opened: {str(error).rstrip('.')}") from error
        return system, str(root).rstrip("/")

    def _at(self, name: str) -> tuple[AbstractFileSystem, str]:
        system, root = self._opened()
        return system, root if system.isfile(root) else f"{root}/{name}"

    def files(self) -> list[File]:
        """See `Store`."""
        with self._reached("read"):
            system, root = self._opened()
            if system.isfile(root):
                return [File(root.rsplit("/", 1)[-1], system.info(root)["size"])]
            found = system.find(root, detail=True)
        if not found:
            raise InputError(self.url, "no such file or folder")
        named = {path.removeprefix(root).lstrip("/"): info for path, info in found.items()}
        return sorted(
            File(name, int(info["size"]))
            for name, info in named.items()
            if not any(part[0] in "._" for part in name.split("/"))
        )

    def names(self, folder: str) -> list[str]:
        """See `Store`."""
        with self._reached("read"):
            system, root = self._opened()
            return sorted(path.removeprefix(root).lstrip("/") for path in system.find(f"{root}/{folder}"))

    def state(self, name: str) -> State | None:
        """See `Store`."""
        with self._reached("read"):
            system, path = self._at(name)
            try:
                size = int(system.info(path)["size"])
            except FileNotFoundError:
                return None
            try:
                modified = int(system.modified(path).timestamp() * _SECOND)
            except (NotImplementedError, AttributeError, KeyError):
                return State(size, None, None)
            return State(size, modified, None)

    def read(self, name: str) -> bytes | None:
        """See `Store`."""
        with self._reached("read"):
            system, path = self._at(name)
            try:
                data: bytes = system.cat_file(path)
            except FileNotFoundError:
                return None
            return data

    @contextlib.contextmanager
    def local(self, names: Sequence[str]) -> Iterator[list[Path]]:
        """See `Store`."""
        with tempfile.TemporaryDirectory(prefix="sayso-") as folder:
            # The ending tells the format, the rest of the name need not be one that this machine allows.
            paths = [Path(folder, str(i), name.rsplit("/", 1)[-1]) for i, name in enumerate(names)]
            with self._reached("read"):
                for path, name in zip(paths, names, strict=True):
                    path.parent.mkdir()
                    system, remote = self._at(name)
                    system.get_file(remote, str(path))
            yield paths

    @contextlib.contextmanager
    def scratch(self) -> Iterator[Path]:
        """See `Store`."""
        with tempfile.TemporaryDirectory(prefix="sayso-") as folder:
            yield Path(folder)

    def put(self, path: Path, name: str) -> None:
        """See `Store`."""
        with self._reached("write"):
            system, root = self._opened()
            target = f"{root}/{name}"
            system.makedirs(target.rsplit("/", 1)[0], exist_ok=True)
            system.put_file(str(path), target)
        path.unlink()

    def write(self, name: str, data: bytes) -> None:
        """See `Store`."""
        if self.read(name) != data:
            with self.scratch() as folder:
                (folder / "file").write_bytes(data)
                self.put(folder / "file", name)

    def touch(self, name: str) -> None:
        """See `Store`."""
        with self._reached("write"):
            data = self.read(name)
            system, path = self._at(name)
            system.pipe_file(path, data)

    def remove(self, name: str) -> None:
        """See `Store`."""
        with self._reached("remove"):
            system, root = self._opened()
            if system.exists(f"{root}/{name}"):
                system.rm(f"{root}/{name}", recursive=True)

    @contextlib.contextmanager
    def lock(self) -> Iterator[None]:
        """See `Store`."""
        yield

    @contextlib.contextmanager
    def _reached(self, action: str) -> Iterator[None]:
        """Packages of file systems raise what they like: whatever it is, the place could not be reached."""
        try:
            yield
        except (InputError, StorageError):
            raise
        except Exception as error:
            reason: Any = str(error).strip() or type(error).__name__
            raise StorageError(f"cannot {action} {self.url}: {reason}") from error
