"""Any input as documents and rejects: each format, each fault by its name and place, nothing lost, little memory."""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from conftest import PACKERS
from sayso.errors import InputError
from sayso.raw import FAULTS, checked, parse
from sayso.readers import Ids, Limits, Place, Raw, Rejected, Shard, read, read_shard, shards

ONE = "The ferry sailed at noon."
TWO = "Ada Lindqvist said that it was late.\nNobody else did."


def row(**fields: Any) -> bytes:
    return json.dumps(fields, ensure_ascii=False).encode() + b"\n"


def write(tmp_path: Path, name: str, data: bytes) -> Path:
    path = tmp_path / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


def texts(items: list[Raw | Rejected]) -> dict[str, str | None]:
    return {item.id: item.text for item in items if isinstance(item, Raw)}


def rejects(items: list[Raw | Rejected]) -> list[tuple[str, str, str]]:
    return [(item.id, str(item.place), item.fault) for item in items if isinstance(item, Rejected)]


# -- formats


@pytest.mark.parametrize("ending", ["", ".gz", ".zst", ".GZ", ".ZST"])
@pytest.mark.parametrize("name", ["a.jsonl", "a.ndjson", "a.json"])
def test_jsonl(name: str, ending: str, tmp_path: Path) -> None:
    data = b"\xef\xbb\xbf" + row(id="x", text=ONE, url="http://example.org/1", date="2018-03-03") + b"\n  \r\n"
    data += (
        row(text=TWO, timestamp="2019", url=7, score=float("nan")).replace(b"\n", b"\r\n") + row(id=7, text=ONE)[:-1]
    )
    path = write(tmp_path, name + ending, PACKERS.get(ending.lower(), bytes)(data))
    file = path.name
    assert list(read(path)) == [
        Raw("x", Place(file, 1), ONE, url="http://example.org/1", date="2018-03-03"),
        Raw(f"{file}#4", Place(file, 4), TWO, date="2019"),
        Raw("7", Place(file, 5), ONE),
    ]


def test_a_zstd_file_may_begin_with_a_frame_to_skip(tmp_path: Path) -> None:
    for number in (0x50, 0x5F):
        skipped = bytes([number]) + b"\x2a\x4d\x18" + (3).to_bytes(4, "little") + b"tip"
        path = write(tmp_path, "a.jsonl.zst", skipped + PACKERS[".zst"](row(text=ONE)))
        assert texts(list(read(path))) == {"a.jsonl.zst#1": ONE}


def test_fields_of_other_names(tmp_path: Path) -> None:
    path = write(tmp_path, "a.jsonl", row(id="x", body=ONE, key="k") + row(id="y", body=TWO))
    items = list(read(path, text_field="body", id_field="key"))
    assert texts(items) == {"k": ONE}
    assert rejects(items) == [("a.jsonl#2", "a.jsonl:2", "bad-id")]
    assert "there is no 'key'" in str(items[1])


@pytest.mark.parametrize(
    "kind", [pa.string(), pa.large_string(), pa.string_view(), pa.binary(), pa.dictionary(pa.int32(), pa.string())]
)
def test_parquet(kind: pa.DataType, tmp_path: Path) -> None:
    words = pa.array([ONE, TWO, None, ONE])
    column = words.dictionary_encode() if pa.types.is_dictionary(kind) else words.cast(kind)
    table = pa.table(
        {"n": [1, 2, 3, 4], "text": column, "id": pa.array([10, None, 12, 13]), "url": ["u", None, "", "v"]}
    )
    path = tmp_path / "a.parquet"
    pq.write_table(table, path, row_group_size=3)
    items = list(read(path))
    assert items[0] == Raw("10", Place("a.parquet", 1), ONE, url="u")
    assert texts(items) == {"10": ONE, "a.parquet#2": TWO, "13": ONE}
    assert rejects(items) == [("12", "a.parquet:3", "text-no-string")]


DAY = 86_400_000
EDGES = "0001-01-01", "9999-12-31", None, None, None


@pytest.mark.parametrize(
    ("kind", "values", "days"),
    [
        (pa.date32(), (17593, -719162, 2932896, -719163, 2932897, None), ("2018-03-03", *EDGES)),
        (pa.date64(), (17593 * DAY, -(2**62), 2**62), ("2018-03-03", None, None)),
        (pa.timestamp("ms"), (-719162 * DAY, 2932897 * DAY - 1, -719162 * DAY - 1, 2932897 * DAY, 2**62), EDGES),
        (pa.timestamp("us"), (0, -1, 2**62), ("1970-01-01", "1969-12-31", None)),
        (pa.timestamp("ns"), (0, 2**63 - 1, -(2**63)), ("1970-01-01", "2262-04-11", "1677-09-21")),
        (pa.timestamp("ms", "+02:00"), (DAY - 1, 2**62, None), ("1970-01-01", None, None)),
        (pa.timestamp("us", "No/Such"), (DAY * 1000 - 1, 2**62), ("1970-01-01", None)),
        (pa.int64(), (2018,), (None,)),
        (pa.duration("s"), (2**62,), (None,)),
    ],
    ids=str,
)  # fmt: skip
def test_dates_of_parquet(
    kind: pa.DataType, values: tuple[int | None, ...], days: tuple[str | None, ...], tmp_path: Path
) -> None:
    path = tmp_path / "a.parquet"
    column = pa.array(values, pa.int32() if kind == pa.date32() else pa.int64()).view(kind)
    pq.write_table(pa.table({"text": [f"{ONE} {n}" for n in range(len(values))], "published": column}), path)
    items = list(read(path))
    assert [isinstance(item, Raw) and item.date for item in items] == list(days)


@pytest.mark.parametrize("ending", ["", ".gz", ".zst", ".GZ", ".ZST"])
def test_one_document_a_file(ending: str, tmp_path: Path) -> None:
    pack = PACKERS.get(ending.lower(), bytes)
    write(tmp_path, f"in/a.txt{ending}", pack(b"\xef\xbb\xbf" + TWO.encode()))
    write(tmp_path, f"in/b.HTML{ending}", pack(b"<p>A page</p>"))
    assert list(read(tmp_path / "in")) == [
        Raw(f"a.txt{ending}", Place(f"a.txt{ending}"), TWO),
        Raw(f"b.HTML{ending}", Place(f"b.HTML{ending}"), None, b"<p>A page</p>"),
    ]


def test_a_folder_is_its_files_in_the_order_of_their_names(tmp_path: Path) -> None:
    for name in ("b/2.jsonl", "b/10.jsonl", "a.b/z.txt", "a/z.txt", "B.txt", "_tmp/x.txt", ".git/x.txt", "_SUCCESS"):
        write(tmp_path, name, row(text=ONE))
    (tmp_path / "link.txt").symlink_to(tmp_path / "gone.txt")
    names = ["B.txt", "a.b/z.txt", "a/z.txt", "b/10.jsonl", "b/2.jsonl"]
    assert [shard.name for shard in shards(tmp_path)] == names
    assert [item.place.file for item in read(tmp_path)] == names


def test_nothing_to_read_is_said_at_once(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file or folder"):
        shards(tmp_path / "gone")
    with pytest.raises(InputError, match=r"no file that can be read: a name ends in \.jsonl"):
        shards(tmp_path)
    write(tmp_path, "a.csv", b"text\n")
    for path in (tmp_path, tmp_path / "a.csv", write(tmp_path, "b.parquet.gz", b"")):
        with pytest.raises(InputError, match=r"\.jsonl"):
            shards(path)


# -- faults


def parquet(**columns: Any) -> Callable[[Path], None]:
    """Columns whose names are the keys without a final `_`, so that two may have one name."""
    names = [name.removesuffix("_") for name in columns]
    table = pa.Table.from_arrays([pa.array(values) for values in columns.values()], names=names)
    return lambda path: pq.write_table(table, path)


def spoiled(spoil: Callable[[bytes], bytes]) -> Callable[[Path], None]:
    def make(path: Path) -> None:
        pq.write_table(pa.table({"text": [f"{ONE} {n}" for n in range(20_000)]}), path, use_dictionary=False)
        path.write_bytes(spoil(path.read_bytes()))

    return make


def badly_named(path: Path) -> None:
    pq.write_table(pa.table({"text": [ONE], "a name": [1]}), path, store_schema=False)
    path.write_bytes(path.read_bytes().replace(b"a name", b"a n\xffme"))


@dataclass(frozen=True)
class Bad:
    """A file with one fault: what it is called, its bytes or how to make it, and what is said of it."""

    name: str
    made: bytes | Callable[[Path], None]
    fault: str
    number: int | None
    detail: str
    good: int = 0
    documents: int | None = 1
    limits: Limits = field(default_factory=Limits)


GOOD = row(text=ONE)
NOT_UTF8 = pa.array([b"one", b"tw\xff", b"three"]).view(pa.string())
BAD = [
    Bad("a.csv", b"text\n", "unknown-format", None, "", documents=None),
    Bad("a.jsonl", gzip.compress(GOOD), "wrong-format", None, "it is gzip", documents=None),
    Bad("a.jsonl", GOOD.decode().encode("utf-16"), "wrong-format", None, "it is UTF-16", documents=None),
    Bad("a.txt", b"%PDF-1.7", "wrong-format", None, "it is PDF"),
    Bad("a.jsonl.gz", GOOD, "wrong-format", None, "it starts otherwise, not gzip", documents=None),
    Bad("a.jsonl.zst", gzip.compress(GOOD), "wrong-format", None, "it is gzip, not zstd", documents=None),
    Bad("a.jsonl.gz", b"", "wrong-format", None, "it is empty, not gzip", documents=None),
    Bad("a.parquet", GOOD, "wrong-format", None, "it starts otherwise, not Parquet", documents=None),
    Bad("a.warc", b"<html></html>", "wrong-format", None, "a record is expected", documents=None),
    Bad("a.txt", Path.mkdir, "unreadable", None, "Is a directory"),
    Bad("a.jsonl.gz", gzip.compress(GOOD * 2 + b'{"text": "th')[:-9], "truncated", 3, "breaks off", 2, None),
    Bad("a.txt.gz", gzip.compress(ONE.encode())[:-9], "truncated", None, "breaks off"),
    Bad("a.parquet", spoiled(lambda data: data[:-99]), "truncated", None, "magic bytes", documents=None),
    Bad("a.jsonl.gz", gzip.compress(GOOD) + b"junk", "corrupt", 2, "Not a gzipped file", 1, None),
    Bad("a.parquet", badly_named, "corrupt", None, "can't decode byte 0xff", documents=None),
    Bad(
        "a.jsonl.gz",
        gzip.compress(bytes(10**6)),
        "bomb",
        None,
        "bytes became 262144",
        documents=None,
        limits=Limits(unpacked=1000),
    ),
    Bad("a.jsonl", GOOD + row(body=ONE) + GOOD, "no-text-field", 2, "there is no 'text'", 2),
    Bad("a.parquet", parquet(body=[ONE], n=[1]), "no-text-field", None, "only body, n", documents=1),
    Bad("a.parquet", parquet(text=[ONE], id=["x"], id_=["y"]), "doubled-field", None, "'id' stands twice"),
    Bad("a.parquet", parquet(text=[ONE], text_=[TWO]), "doubled-field", None, "'text' stands twice"),
    Bad("a.jsonl", GOOD + b"x" * 200 + b"\n" + GOOD, "too-long", 2, "200 bytes, more than 99", 2, limits=Limits(99)),
    Bad("a.txt", b"x" * 100, "too-long", None, "more than 99 bytes", limits=Limits(99)),
    Bad(
        "a.parquet", parquet(text=["a", "é" * 50, "b"]), "too-long", 2, "100 bytes, more than 99", 2, limits=Limits(99)
    ),
    Bad("a.jsonl", GOOD + b'{"text": "caf\xe9"}\n' + GOOD, "not-utf8", 2, "byte 13", 2),
    Bad("a.txt", b"caf\xe9", "not-utf8", None, "byte 3"),
    Bad("a.parquet", parquet(text=NOT_UTF8), "not-utf8", 2, "byte 2", 2),
    Bad("a.jsonl", GOOD + b"{'text': 1}\n" + GOOD, "not-json", 2, "column 2", 2),
    Bad("a.jsonl", b'{"text": "a", "text": "b"}\n' + GOOD, "not-json", 1, "stands twice", 1),
    Bad("a.json", b'{"text":\n' + GOOD, "not-json", 1, "every line must be one object; jq -c '.[]'", 1),
    Bad("a.jsonl", b"[" * 10**5 + b"\n" + GOOD, "not-json", 1, "nested too deep", 1),
    Bad("a.jsonl", b'{"n": ' + b"1" * 5000 + b"}\n" + GOOD, "not-json", 1, "", 1),
    Bad("a.jsonl", GOOD + b'["text"]\n' + GOOD, "not-object", 2, "it is a list", 2),
    Bad("a.jsonl", GOOD + row(text=None) + GOOD, "text-no-string", 2, "'text' is null", 2),
    Bad("a.parquet", parquet(text=[1]), "text-no-string", 1, "'text' is a number"),
    Bad("a.jsonl", row(id=["x"], text=ONE) + GOOD, "bad-id", 1, "'id' is a list", 1),
    Bad("a.parquet", parquet(text=[ONE], id=pa.array([2**62], pa.duration("us"))), "bad-id", 1, "type duration[us]"),
    Bad("a.parquet", parquet(text=pa.array([2**62], pa.timestamp("us", "No/Such"))), "text-no-string", 1, "timestamp"),
    Bad("a.jsonl", row(id="x" * 1001, text=ONE), "bad-id", 1, "longer than 1000"),
    Bad("a.jsonl", b'{"id": "\\ud83d", "text": "a"}\n', "bad-id", 1, "no text"),
    Bad("a.jsonl", row(id="x", text=ONE) + row(id="x", text=TWO) + GOOD, "doubled-id", 2, "", 2),
    Bad("a.jsonl", row(id="a.jsonl#2", text=ONE) + GOOD, "doubled-id", 2, "without an id is called so", 1),
    Bad("a.jsonl", b'{"text": "ab\\ud83d"}\n' + GOOD, "lone-surrogate", 1, "character 2", 1),
    Bad("a.jsonl", b'{"text": "ab\\u0000"}\n' + GOOD, "nul", 1, "character 2", 1),
    Bad("a.txt", b"ab\0", "nul", None, "character 2"),
    Bad("a.jsonl", row(text=" \n\u2003") + GOOD, "empty", 1, "", 1),
    Bad("a.txt", b"", "empty", None, ""),
    Bad("a.html", b" \n", "empty", None, ""),
]
OF_CRAWLS = {"http-status", "not-a-page", "cut-page", "bad-encoding"}
OF_NAMES = {"bad-name"}


def test_every_fault_is_tested() -> None:
    assert {bad.fault for bad in BAD} | OF_CRAWLS | OF_NAMES == set(FAULTS)


@pytest.mark.parametrize("bad", BAD, ids=lambda bad: f"{bad.fault}-{bad.name}")
def test_a_fault_is_set_aside_by_name_and_place_and_the_rest_goes_on(bad: Bad, tmp_path: Path) -> None:
    path = tmp_path / bad.name
    if isinstance(bad.made, bytes):
        path.write_bytes(bad.made)
    else:
        bad.made(path)
    kind = {"csv": None, "txt": "text", "html": "html", "parquet": "parquet", "warc": "warc"}.get(
        bad.name.split(".")[1], "jsonl"
    )
    items = list(read_shard(Shard(path, bad.name, kind), limits=bad.limits))
    (rejected,) = (item for item in items if isinstance(item, Rejected))
    assert (rejected.fault, rejected.place, rejected.documents) == (
        bad.fault,
        Place(bad.name, bad.number),
        bad.documents,
    )
    assert bad.detail in rejected.problem
    assert rejected.problem.endswith(FAULTS[bad.fault])
    assert len(items) == bad.good + 1
    assert json.loads(json.dumps(rejected.to_json()))["number"] == bad.number


def test_what_is_damaged_in_parquet_is_counted(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    count = 20_000
    table = pa.table({"text": [f"{ONE} {n}" for n in range(count)]})
    pq.write_table(table, path, use_dictionary=False, row_group_size=count // 2, compression="zstd")
    at = pq.read_metadata(path).row_group(1).column(0).data_page_offset
    data = path.read_bytes()
    path.write_bytes(data[:at] + bytes(500) + data[at + 500 :])
    *good, rejected = read(path)
    assert isinstance(rejected, Rejected)
    assert rejected.fault == "corrupt"
    assert rejected.documents is not None
    assert len(good) >= count // 2
    assert len(good) + rejected.documents == count


def test_a_bad_file_leaves_the_others_alone(tmp_path: Path) -> None:
    write(tmp_path, "a.jsonl", row(id="x", text=ONE))
    write(tmp_path, "b.jsonl.gz", b"no gzip")
    write(tmp_path, "c.pdf", b"%PDF")
    write(tmp_path, "d.jsonl", row(id="x", text=TWO) + row(id="y", text=TWO))
    items = list(read(tmp_path))
    assert texts(items) == {"x": ONE, "y": TWO}
    assert rejects(items) == [
        ("b.jsonl.gz", "b.jsonl.gz", "wrong-format"),
        ("c.pdf", "c.pdf", "unknown-format"),
        ("x", "d.jsonl:1", "doubled-id"),
    ]


@pytest.mark.parametrize(
    ("name", "shown", "fault"),
    [
        (b"b\xff.jsonl", r"b\xff.jsonl", "bad-name"),
        (b"b\xff/c.txt", r"b\xff/c.txt", "bad-name"),
        (b"b\xff.parquet", r"b\xff.parquet", "bad-name"),
        (b"b\xff.pdf", r"b\xff.pdf", "unknown-format"),
    ],
)
def test_a_file_whose_name_is_no_utf8_is_set_aside_by_itself(
    name: bytes, shown: str, fault: str, tmp_path: Path
) -> None:
    write(tmp_path, "a.jsonl", row(id="x", text=ONE))
    try:
        write(tmp_path, os.fsdecode(name), GOOD)
    except OSError:
        pytest.skip("this file system has no such names")
    good, rejected = read(tmp_path)
    assert good.id == "x"
    assert isinstance(rejected, Rejected)
    assert (rejected.id, rejected.place, rejected.fault) == (shown, Place(shown), fault)
    assert json.dumps(rejected.to_json()).isascii()
    rejected.problem.encode()


@pytest.mark.parametrize(("name", "fault"), [("a.jsonl", None), ("a.parquet", "bad-name")])
def test_a_folder_whose_name_is_no_utf8_can_be_the_input(name: str, fault: str | None, tmp_path: Path) -> None:
    folder = tmp_path / os.fsdecode(b"in\xff")
    try:
        write(folder, name, GOOD)
    except OSError:
        pytest.skip("this file system has no such names")
    (item,) = read(folder)
    assert (item.fault if isinstance(item, Rejected) else None) == fault


# -- ids


def test_an_id_is_new_once_however_many_there_are() -> None:
    ids = Ids()
    count = (1 << 20) + 1000  # more than are held as a set
    assert all(ids.add(str(number)) for number in range(count))
    assert not any(ids.add(str(number)) for number in (0, 1, count // 2, count - 1001, count - 1))
    assert ids.add("another")


# -- nothing lost, whatever comes


lines_of_any_kind = st.lists(
    st.one_of(
        st.binary(max_size=30).filter(lambda data: b"\n" not in data and not data.startswith(b"\xef\xbb\xbf")),
        st.builds(lambda text: row(text=text)[:-1], st.text(max_size=20)),
        st.builds(lambda value: json.dumps(value).encode(), st.recursive(st.none() | st.integers(), st.lists)),
        st.builds(lambda id: row(id=id, text=ONE)[:-1], st.integers(0, 3)),
    ),
    max_size=12,
)


@given(lines_of_any_kind)
def test_every_line_is_given_out_or_set_aside_once(
    tmp_path_factory: pytest.TempPathFactory, parts: list[bytes]
) -> None:
    # A space first, so that no file starts as another format does.
    data = b" " + b"\n".join(parts) + b"\n"
    path = write(tmp_path_factory.mktemp("any"), "a.jsonl", data)
    numbers = [number for number, part in enumerate(data.split(b"\n")[:-1], 1) if part.strip(b" \t\n\r\x0b\x0c")]
    items = list(read(path))
    assert [item.place.number for item in items] == numbers
    given_out = [item.id for item in items if isinstance(item, Raw)]
    assert len(given_out) == len(set(given_out))
    for item in items:
        if isinstance(item, Raw) and item.text is not None:
            assert (
                checked(item.text, escapes=True)
                == item.text
                == parse(data.split(b"\n")[(item.place.number or 0) - 1])["text"]
            )


# -- memory

PEAK = """
import resource, sys
from pathlib import Path
from sayso.readers import Rejected, read
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
items = [item.fault if isinstance(item, Rejected) else item.id for item in read(Path(sys.argv[1]))]
unit = 1 if sys.platform == "darwin" else 1024
print(len(items), items.count("too-long"), (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * unit // 10**6)
"""


def peak(path: Path) -> tuple[int, int, int]:
    """Items, those too long, and the megabytes by which reading raised the process's peak."""
    done = subprocess.run([sys.executable, "-c", PEAK, path], capture_output=True, text=True, check=True)
    items, too_long, megabytes = map(int, done.stdout.split())
    return items, too_long, megabytes


def test_a_line_of_a_gigabyte_is_passed_by(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl.gz"
    with gzip.open(path, "wb", 1) as file:
        file.write(GOOD + b'{"text": "')
        for _ in range(1024):
            file.write(b"a" * (1 << 20))
        file.write(b'"}\n' + GOOD)
    items, too_long, megabytes = peak(path)
    assert (items, too_long) == (3, 1)
    assert megabytes < 100


def test_a_large_row_group_is_read_in_parts(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    long = " ".join(str(number * 7919) for number in range(9_000))
    column = pa.array([f"{number} {long[number:]}" for number in range(6_000)])
    assert column.nbytes > 300_000_000
    pq.write_table(pa.table({"text": column}), path, row_group_size=10_000, use_dictionary=False)
    items, too_long, megabytes = peak(path)
    assert (items, too_long) == (6_000, 0)
    assert megabytes < 150
