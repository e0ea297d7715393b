"""From a version's bytes to what is kept of it: two exchanges, packed, their digest, the words, the commitment.

All of it is computation on bytes that knows neither catalog nor files, so a large import has it done by a second
process while the first one reads on and writes. Both ways are the same function.
"""

import gc
import hashlib
import multiprocessing
import os
import signal
from collections.abc import Sequence
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import NamedTuple

import msgspec

from archiver import warc
from archiver.normalized import field_bytes, field_views
from custody.commitment import commitment_to_fields, record_commitment
from custody.errors import UnavailableError
from custody.ids import ArchiveId, exchange_uuid
from custody.words import joined

WHOLE = "whole"
"""The part of a version that is everything it says: its raw bytes' SHA-256, and its content."""

WORTH_A_PROCESS = 1_000
"""Sheets in a batch from which a second process is worth its start."""

PIECE = 50
"""Sheets that go over at once: no batch lies in memory twice, and a piece fits what a pipe takes in few steps. Python
makes room for all that is still to come at each step, which for pieces ten times as large took seven times as long."""


class Sheet(NamedTuple):
    """One version (`n` of record `number`), or one quarantined item (`n` of run `number`), as it goes into the press.

    `before`, `content` and `after` make up the canonical JSON kept beside the raw bytes; `content` is what of it a
    response discloses (nothing of a quarantined item). `facts` are what the catalog says of it, `texts` what a search
    looks at. `opening` is 32 bytes.
    """

    number: int
    n: int
    raw_type: str
    raw: bytes
    before: bytes
    content: bytes
    after: bytes
    facts: bytes
    texts: tuple[str, ...]
    opening: bytes


class Pressed(NamedTuple):
    """What is kept: both packed exchanges, the first one's length, their SHA-256, the commitment to the fields, the
    commitment to the whole, and the line of words the search engine keeps."""

    members: bytes
    raw_length: int
    sha256: bytes
    fields: bytes
    commitment: bytes
    line: str


_PACK = msgspec.msgpack.Encoder().encode
_HEAD = msgspec.msgpack.Decoder(tuple[ArchiveId, str, int])
_SHEETS = msgspec.msgpack.Decoder(list[Sheet])
_PRESSED = msgspec.msgpack.Decoder(list[Pressed])


def press(archive: ArchiveId, date: str, sheets: Sequence[Sheet]) -> list[Pressed]:
    """Press every sheet. `date` is the moment of the batch, RFC 3339."""
    return [_pressed(archive, date, sheet) for sheet in sheets]


def kept_part(sha256: bytes, line: str, facts: bytes) -> bytes:
    """The bytes of the part that says how a record is kept: stored bytes, search words and the catalog's facts."""
    return sha256 + facts + b"\x00" + line.encode("utf-8", "surrogatepass")


def disclosable(content: bytes, raw: bytes) -> dict[str, bytes]:
    """What of a version can be proved by itself, by name: each field a response can show that says anything, and
    `WHOLE`, which is everything."""
    return {**field_bytes(content), WHOLE: hashlib.sha256(raw).digest() + content}


def fields_digest(opening: bytes, content: bytes, raw_digest: bytes) -> bytes:
    """The commitment to everything a version says. `raw_digest`: its raw bytes' SHA-256."""
    parts = field_views(content)
    parts[WHOLE] = raw_digest + content
    return commitment_to_fields(opening, parts)


def _pressed(archive: ArchiveId, date: str, sheet: Sheet) -> Pressed:
    number, n, raw_type, raw, before, content, after = sheet[:7]
    if content:
        raw_uuid, uuid = exchange_uuid(archive, number, n, 1), exchange_uuid(archive, number, n, 2)
        uri, ending = f"urn:ofrecord:{archive}:R{number}:v{n}", ":record"
    else:
        raw_uuid, uuid = exchange_uuid(archive, number, n % 65536, 4), exchange_uuid(archive, number, n % 65536, 5)
        uri, ending = f"urn:ofrecord:{archive}:run{number}:quarantined{n}", ":reason"
    normal, raw_digest = b"".join((before, content, after)), hashlib.sha256(raw).digest()
    first = warc.exchange(b"resource", raw_uuid, date, uri + ":raw", raw_type, raw, digest=raw_digest)
    second = warc.exchange(b"conversion", uuid, date, uri + ending, "application/json", normal, raw_uuid)
    member = warc.packed(first)
    members = member + warc.packed(second)
    digest, line = hashlib.sha256(members).digest(), joined(sheet.texts)
    fields = fields_digest(sheet.opening, content, raw_digest) if content else b""
    kept = kept_part(digest, line, sheet.facts)
    return Pressed(members, len(member), digest, fields, record_commitment(sheet.opening, kept, fields), line)


class Press:
    """Presses batches one after another; large ones in a process of its own. `send`, then `receive` in the same order.

    The process ends when this one does, however it ends.
    """

    def __init__(self) -> None:
        self._process: BaseProcess | None = None
        self._pipe: Connection | None = None
        self._waiting: list[list[Pressed] | int] = []  # what is done, or how many pieces are on their way

    def send(self, archive: ArchiveId, date: str, sheets: Sequence[Sheet]) -> None:
        """Have a batch pressed."""
        if self._pipe is None and (len(sheets) < WORTH_A_PROCESS or (os.cpu_count() or 1) < 2):
            self._waiting.append(press(archive, date, sheets))
            return
        if self._waiting and isinstance(self._waiting[-1], int):  # or both would wait for the other to read
            self._waiting[-1] = self._received(self._waiting[-1])
        pipe = self._pipe or self._start()
        starts = range(0, len(sheets), PIECE)
        self._waiting.append(len(starts))
        with _WordsForALostProcess():
            pipe.send_bytes(_PACK((archive, date, len(starts))))
            for start in starts:
                pipe.send_bytes(_PACK(sheets[start : start + PIECE]))

    def receive(self) -> list[Pressed]:
        """The oldest batch sent that has not been received yet."""
        done = self._waiting.pop(0)
        return self._received(done) if isinstance(done, int) else done

    def _received(self, pieces: int) -> list[Pressed]:
        if self._pipe is None:
            raise UnavailableError("the press is closed")
        pressed: list[Pressed] = []
        with _WordsForALostProcess():
            for _ in range(pieces):
                pressed += _PRESSED.decode(self._pipe.recv_bytes())
        return pressed

    def close(self) -> None:
        """End the process, if there is one."""
        if self._pipe is not None and self._process is not None:
            self._pipe.close()
            self._process.join()
        self._pipe = self._process = None

    def _start(self) -> Connection:
        context = multiprocessing.get_context("forkserver")
        ours, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(theirs,), daemon=True)
        self._process.start()
        theirs.close()
        self._pipe = ours
        return ours


class _WordsForALostProcess:
    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, (EOFError, OSError)):
            raise UnavailableError(
                "A helper process of this import was ended from outside.",
                "Run the same command again: what was acknowledged is safe.",
            ) from error


def _serve(pipe: Connection) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the process that a person sees
    gc.disable()  # nothing here makes reference cycles
    try:
        while True:
            _serve_batch(pipe)
    except (EOFError, OSError):
        return


def _serve_batch(pipe: Connection) -> None:
    """Press one batch. All of it is taken before the work begins: who sends a piece waits until it is taken."""
    archive, date, pieces = _HEAD.decode(pipe.recv_bytes())
    sent = [pipe.recv_bytes() for _ in range(pieces)]
    done = [_PACK(press(archive, date, _SHEETS.decode(sent.pop(0)))) for _ in range(pieces)]
    for piece in done:
        pipe.send_bytes(piece)
