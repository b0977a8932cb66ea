"""Bytes of any size through little memory: lines as a plain split gives them, and files that break off, lie or explode."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conftest import PACKERS
from sayso.streams import Limits, Line, Stream, StreamFault, lines

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

TEXT = b"".join(b"line %d of a text that is packed\n" % number for number in range(20_000))


def cut(data: bytes, places: list[int]) -> list[bytes]:
    """The bytes in chunks, some of them empty."""
    bounds = [0, *sorted(place % (len(data) + 1) for place in places), len(data)]
    return [data[start:end] for start, end in zip(bounds, bounds[1:], strict=False)]


def split(data: bytes) -> list[bytes]:
    """As one would split who has all of it."""
    parts = data.split(b"\n")
    return parts if parts[-1] else parts[:-1]


bytes_with_lines = st.lists(st.sampled_from([b"\n", b"a", b"bc", b"\r", b"\x85", b"\xe2\x80\xa8", b"\0"])).map(b"".join)


@given(bytes_with_lines, st.lists(st.integers(0, 200)))
def test_lines_are_those_of_a_plain_split_however_the_chunks_fall(data: bytes, places: list[int]) -> None:
    found = list(lines(cut(data, places), 1_000))
    assert [line.data for line in found] == split(data)
    assert [line.number for line in found] == list(range(1, len(found) + 1))
    assert [line.size for line in found] == [len(part) for part in split(data)]


@given(bytes_with_lines, st.lists(st.integers(0, 200)), st.integers(0, 6))
def test_a_line_over_the_limit_has_its_size_and_nothing_else(data: bytes, places: list[int], limit: int) -> None:
    expected = [Line(i, part if len(part) <= limit else None, len(part)) for i, part in enumerate(split(data), 1)]
    assert list(lines(cut(data, places), limit)) == expected


def test_lines_before_a_fault_are_given_out() -> None:
    def chunks() -> Iterator[bytes]:
        yield b"one\ntwo\nthr"
        raise StreamFault("truncated", "it breaks off")

    found = lines(chunks(), 10)
    assert [next(found).data, next(found).data] == [b"one", b"two"]
    with pytest.raises(StreamFault):
        next(found)


def read_all(path: Path, limits: Limits | None = None) -> tuple[bytes, str | None]:
    """What can be read, and the fault at which it ends."""
    data = bytearray()
    try:
        with Stream(path, limits or Limits()) as stream:
            for chunk in stream.chunks():
                data += chunk
    except StreamFault as fault:
        return bytes(data), fault.fault
    return bytes(data), None


@pytest.mark.parametrize("ending", PACKERS)
def test_packed_files_are_unpacked_in_all_their_parts(ending: str, tmp_path: Path) -> None:
    path = tmp_path / f"a{ending}"
    path.write_bytes(PACKERS[ending](TEXT) + PACKERS[ending](b"") + PACKERS[ending](b"the end"))
    assert read_all(path) == (TEXT + b"the end", None)
    with Stream(path, Limits()) as stream:
        assert io.BufferedReader(stream).read() == TEXT + b"the end"


@pytest.mark.parametrize("ending", PACKERS)
def test_what_stands_before_the_break_is_given_out(ending: str, tmp_path: Path) -> None:
    path = tmp_path / f"a{ending}"
    whole = PACKERS[ending](TEXT)
    path.write_bytes(whole + PACKERS[ending](TEXT)[:-10])
    data, fault = read_all(path)
    assert fault == "truncated"
    assert data.startswith(TEXT)
    assert (TEXT + TEXT).startswith(data)


@pytest.mark.parametrize("ending", PACKERS)
@pytest.mark.parametrize(
    "spoil", [lambda d: d + b"no such part", lambda d: d[:400] + bytes(40) + d[440:]], ids=["appended", "overwritten"]
)
def test_damage_is_found(ending: str, spoil: Callable[[bytes], bytes], tmp_path: Path) -> None:
    path = tmp_path / f"a{ending}"
    path.write_bytes(spoil(PACKERS[ending](TEXT)))
    data, fault = read_all(path)
    # Checksums stand at the end: what is given out before them may be damaged, but is never all that there is to say.
    assert fault == "corrupt"
    assert len(data) <= len(TEXT)


@pytest.mark.parametrize("ending", PACKERS)
def test_a_bomb_is_stopped(ending: str, tmp_path: Path) -> None:
    path = tmp_path / f"a{ending}"
    path.write_bytes(PACKERS[ending](bytes(50_000_000)))
    limits = Limits(unpacked=2_000_000)
    data, fault = read_all(path, limits)
    assert fault == "bomb"
    assert len(data) <= limits.unpacked + (1 << 18)
    # Neither what is small nor what packs like a text is one.
    assert read_all(path, Limits(unpacked=60_000_000)) == (bytes(50_000_000), None)
    path.write_bytes(PACKERS[ending](TEXT))
    assert read_all(path, Limits(unpacked=100, ratio=100)) == (TEXT, None)


def test_a_plain_file_is_never_a_bomb(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(TEXT)
    assert read_all(path, Limits(unpacked=1, ratio=0)) == (TEXT, None)


def test_a_zstd_frame_may_not_ask_for_gigabytes(tmp_path: Path) -> None:
    path = tmp_path / "a.zst"
    options = {zstd.CompressionParameter.window_log: 28, zstd.CompressionParameter.content_size_flag: 0}
    packer = zstd.ZstdCompressor(options=options)
    path.write_bytes(packer.compress(TEXT) + packer.flush())
    assert read_all(path) == (b"", "corrupt")


@pytest.mark.parametrize("name", ["gone.txt", "gone.gz", "a-folder"])
def test_what_cannot_be_opened_is_a_fault(name: str, tmp_path: Path) -> None:
    (tmp_path / "a-folder").mkdir()
    assert read_all(tmp_path / name) == (b"", "unreadable")
