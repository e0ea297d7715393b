"""In which pieces a file is searched for what is withheld: all of it, but what stands in it and is known clean once.

A web archive holds the pictures again that stand beside it. Of a block in it whose bytes were searched already as a
file of their own, and nothing was found, only both ends are searched again, with what stands before and after them: so
every run of up to OVERLAP bytes is looked at, here or there.
"""

import hashlib
from collections.abc import Callable, Generator, Iterator
from typing import IO

CHUNK, OVERLAP = 1 << 20, 1 << 14
_LARGEST_HEAD = 1 << 14
_START, _LENGTH = b"WARC/1.", b"\r\ncontent-length:"

IsClean = Callable[[str], bool]
"""Says of a SHA-256 (hex) whether bytes of this digest were searched and found clean."""


def pieces(file: IO[bytes], is_clean: IsClean) -> Iterator[tuple[bytes, int]]:
    """The bytes of a file, a piece at a time, each with the line in which it begins. Pieces overlap, so that nothing
    is cut in two unseen."""
    line, start = 1, 0
    for stop, after in _known(file, is_clean):
        line = yield from _stretch(file, start, stop, line)
        line += sum(chunk.count(b"\n") for chunk in _read(file, stop, after))
        start = after
    yield from _stretch(file, start, None, line)


def _stretch(file: IO[bytes], start: int, stop: int | None, line: int) -> Generator[tuple[bytes, int], None, int]:
    """A stretch in overlapping pieces; returns the line after it."""
    before = b""
    for chunk in _read(file, start, stop):
        data = before + chunk
        yield data, line
        before = data[-OVERLAP:]
        line += data[: len(data) - len(before)].count(b"\n")
    return line + before.count(b"\n")


def _known(file: IO[bytes], is_clean: IsClean) -> Iterator[tuple[int, int]]:
    """The middles of the blocks of a WARC file that are known clean, as (start, end). Where the file does not go on
    as a WARC file does, all the rest is unknown."""
    end, found = 0, []
    while True:
        file.seek(end)
        head, mark, _ = file.read(_LARGEST_HEAD).partition(b"\r\n\r\n")
        length = head.lower().rpartition(_LENGTH)[2].partition(b"\r\n")[0].strip()
        if not mark or not head.startswith(_START) or not length.isdigit() or len(length) > 18:
            break
        block = end + len(head) + len(mark)
        digest, size = hashlib.sha256(), int(length)
        seen = 0
        for chunk in _read(file, block, block + size):
            digest.update(chunk)
            seen += len(chunk)
        end = block + size + 4
        if seen == size and is_clean(digest.hexdigest()) and size > 2 * OVERLAP:
            found.append((block + OVERLAP, block + size - OVERLAP))
    yield from found


def _read(file: IO[bytes], start: int, stop: int | None) -> Iterator[bytes]:
    while stop is None or start < stop:
        file.seek(start)
        chunk = file.read(CHUNK if stop is None else min(CHUNK, stop - start))
        if not chunk:
            return
        start += len(chunk)
        yield chunk
