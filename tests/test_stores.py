"""Places of files: here, and by URL."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import fsspec
import pytest

from sayso.collection import process_collection
from sayso.errors import InputError, StorageError
from sayso.jobs import Call, Job, run_shard, unchanged
from sayso.stores import File, LocalStore, RemoteStore, Store, open_store
from sayso.tasks import plan
from working import digests, story, write_jsonl


@pytest.fixture
def memory() -> Iterator[str]:
    system = fsspec.filesystem("memory")
    yield "memory://bucket"
    system.rm("/bucket", recursive=True) if system.exists("/bucket") else None


@pytest.fixture(params=["local", "remote"])
def store(request: pytest.FixtureRequest, tmp_path: Path, memory: str) -> Store:
    return open_store(str(tmp_path / "store") if request.param == "local" else memory)


def test_what_is_put_is_there(store: Store) -> None:
    with store.lock():
        assert store.read("a/b") is store.state("a/b") is None
        assert store.names("a") == []
        with store.scratch() as folder:
            (folder / "made").write_bytes(b"data")
            store.put(folder / "made", "a/b")
            assert not (folder / "made").exists()
        assert not folder.exists()
        store.write("a/c", b"more")
        assert store.read("a/b") == b"data"
        state = store.state("a/b")
        assert state is not None
        assert state.size == 4
        assert state.modified is not None
        assert store.names("a") == ["a/b", "a/c"]
        assert store.files() == [File("a/b", 4), File("a/c", 4)]
        with store.local(["a/c", "a/b"]) as paths:
            assert [path.read_bytes() for path in paths] == [b"more", b"data"]
        store.touch("a/b")
        touched = store.state("a/b")
        assert touched is not None
        assert touched.modified is not None
        assert touched.modified >= state.modified
        store.remove("a/b")
        store.remove("a/b")
        store.remove("a")
        assert store.names("a") == []


def test_hidden_files_are_passed_over(store: Store) -> None:
    with store.lock():
        for name in ("a.txt", ".b", "_c/d", "e/_f", "e/g"):
            store.write(name, b"x")
        assert [file.name for file in store.files()] == ["a.txt", "e/g"]


def test_one_file_is_a_store(store: Store, tmp_path: Path) -> None:
    with store.lock():
        store.write("folder/a.txt", b"text")
    one = open_store(f"{store.location}/folder/a.txt")
    assert one.files() == [File("a.txt", 4)]
    with one.local(["a.txt"]) as (path,):
        assert path.read_bytes() == b"text"
        assert path.suffix == ".txt"


def test_a_place_that_is_not_there(store: Store) -> None:
    with pytest.raises(InputError, match="no such file or folder"):
        store.files()


def test_a_file_that_is_not_there_is_an_error_of_its_own(memory: str) -> None:
    store = RemoteStore(memory)
    with pytest.raises(StorageError, match="cannot read memory://bucket"), store.local(["gone"]):
        pass


@pytest.mark.parametrize("url", ["nowhere://bucket", "x-y+z://a"])
def test_urls_that_nobody_knows(url: str) -> None:
    with pytest.raises(InputError, match="cannot be opened"):
        open_store(url)


def test_paths_are_no_urls(tmp_path: Path) -> None:
    assert open_store("a/b:c") == LocalStore(Path("a/b:c"))
    assert open_store(f"file://{tmp_path}") == LocalStore(tmp_path)


def test_a_url_gives_the_bytes_of_a_path(tmp_path: Path, memory: str) -> None:
    folder = tmp_path / "in"
    write_jsonl(folder / "sub/a.jsonl", (story(n) for n in range(30)))
    (folder / "bad.parquet").write_bytes(b"PAR1 no Parquet at all")
    (folder / "b.txt").write_text(story(31))
    (folder / "c.txt").write_text(story(32))
    fsspec.filesystem("memory").put(str(folder), "/bucket/in", recursive=True)
    there, here = open_store(f"{memory}/in"), LocalStore(folder)
    for source, target in ((here, LocalStore(tmp_path / "out")), (there, open_store(f"{memory}/out"))):
        for task in plan(source.files(), "in").tasks:
            call = Call(task, Job(source, target))
            assert run_shard(call, lambda _: None).problem is None
            assert unchanged(call) is not None
            assert run_shard(call, lambda _: None).again
    fsspec.filesystem("memory").get("/bucket/out", str(tmp_path / "back"), recursive=True)
    there_again = digests(tmp_path / "back" / "out" if (tmp_path / "back/out").exists() else tmp_path / "back")
    here_again = {name: sha for name, sha in digests(tmp_path / "out").items() if not name.startswith("_tmp")}
    assert there_again == here_again
    assert "rejected/bad.jsonl" in here_again


def test_an_input_that_goes_away_fails_its_task_only(tmp_path: Path, memory: str) -> None:
    system = fsspec.filesystem("memory")
    system.pipe({"/bucket/in/a.jsonl": b'{"text": "A text."}\n', "/bucket/in/b.jsonl": b'{"text": "A text."}\n'})
    source = open_store(f"{memory}/in")
    tasks = plan(source.files(), "in").tasks
    system.rm("/bucket/in/a.jsonl")
    outcomes = [run_shard(Call(task, Job(source, LocalStore(tmp_path / "out"))), lambda _: None) for task in tasks]
    assert [outcome.made is not None for outcome in outcomes] == [False, True]
    assert "cannot read" in str(outcomes[0].problem)
    assert not outcomes[0].fatal


@pytest.mark.parametrize("url", ["file://{}", "file:{}", "file://localhost{}", "local://{}"])
def test_a_url_of_this_machine_is_a_path(url: str, tmp_path: Path) -> None:
    assert open_store(url.format(tmp_path)) == LocalStore(tmp_path)


@pytest.mark.parametrize(
    ("location", "told"),
    [
        ("", "is empty"),
        ("l" * 300, "File name too long"),
        ("file://elsewhere/data", "three slashes"),
        ("zip://a.jsonl::/nowhere.zip", "cannot be opened"),
    ],
)
def test_a_location_that_is_none_is_refused(location: str, told: str) -> None:
    with pytest.raises(InputError, match=told):
        open_store(location)


def test_other_things_at_a_url_are_left_alone(tmp_path: Path, memory: str) -> None:
    write_jsonl(tmp_path / "a.jsonl", [story(0)])
    target = RemoteStore(f"{memory}/other")
    target.write("_tmp/mine", b"mine")
    with pytest.raises(InputError, match=r"holds other things \(_tmp/mine\)"):
        process_collection(Job(LocalStore(tmp_path), target))
    assert target.read("_tmp/mine") == b"mine"
