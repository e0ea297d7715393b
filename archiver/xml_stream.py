"""The elements of a large XML document one after another, each with its own raw bytes, in bounded memory.

Entities of the document's own and external definitions are refused: they are how a small file becomes a huge one, or
reads a file of ours. Nothing is ever fetched.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO
from xml.parsers import expat

from custody.errors import InputError

LARGEST = 16 * 1024 * 1024
_CHUNK = 1 << 16
_FORBIDDEN = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]")


@dataclass(slots=True)
class Node:
    """An element: its full name (`namespace name`), attributes, text before its first child, children, byte place."""

    name: str
    attributes: dict[str, str]
    start: int
    end: int = 0
    text: str = ""
    children: list["Node"] = field(default_factory=list)

    def all(self, name: str) -> list["Node"]:
        """The children of this local name, whatever their namespace."""
        return [child for child in self.children if child.name.rpartition(" ")[2] == name]

    def value(self, name: str, namespace: str = "") -> str:
        """The text of the first child of this local name (and namespace, when one is given), stripped."""
        for child in self.children:
            space, _, local = child.name.rpartition(" ")
            if local == name and namespace in space:
                return child.text.strip()
        return ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Slice:
    """One wanted element with its raw bytes."""

    node: Node
    raw: bytes


def elements(stream: BinaryIO, wanted: str) -> Iterator[Slice]:
    """Each element of the local name `wanted`, with its raw bytes. Raises InputError where the XML stops making sense.

    Control characters that XML forbids, but the wild has, are read as spaces; the raw bytes keep them.
    """
    splitter = _Splitter(wanted)
    while True:
        chunk = stream.read(_CHUNK)
        yield from splitter.feed(chunk)
        if not chunk:
            return


class _Splitter:
    def __init__(self, wanted: str) -> None:
        self.wanted = wanted
        self.held = b""
        self.base = 0
        self.open: list[Node] = []
        self.outside = 0
        self.done: list[Node] = []
        self.parser = expat.ParserCreate(namespace_separator=" ")
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._text
        self.parser.EntityDeclHandler = self._refuse
        self.parser.ExternalEntityRefHandler = self._refuse
        self.parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)

    def feed(self, chunk: bytes) -> Iterator[Slice]:
        self.held += chunk
        try:
            self.parser.Parse(_FORBIDDEN.sub(b" ", chunk), not chunk)
        except expat.ExpatError as error:
            yield from self._finished()
            raise InputError(
                f"the XML breaks off or is broken in line {error.lineno} ({expat.errors.messages[error.code]})",
                "Export it again; what stands before that place was taken in.",
            ) from error
        yield from self._finished()
        keep = self.open[0].start if self.open else self.parser.CurrentByteIndex
        if 0 <= keep - self.base <= len(self.held):
            self.held, self.base = self.held[keep - self.base :], keep
        if len(self.held) > LARGEST + _CHUNK:
            raise InputError(f"an element is larger than {LARGEST // 1024 // 1024} MiB", "This is no export we know.")

    def _finished(self) -> Iterator[Slice]:
        for node in self.done:
            start = node.start - self.base
            end = self.held.find(b">", node.end - self.base) + 1
            yield Slice(node=node, raw=self.held[start:end])
        self.done = []

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if not self.open and name.rpartition(" ")[2] != self.wanted:
            return
        node = Node(name=name, attributes=attributes, start=self.parser.CurrentByteIndex)
        if self.open:
            self.open[-1].children.append(node)
        if len(self.open) > 64:
            raise InputError("nested deeper than 64 levels", "This is no export we know.")
        self.open.append(node)

    def _end(self, name: str) -> None:
        if not self.open:
            return
        node = self.open.pop()
        node.end = self.parser.CurrentByteIndex
        if not self.open:
            self.done.append(node)

    def _text(self, text: str) -> None:
        if self.open:
            self.open[-1].text += text

    def _refuse(self, *_: object) -> int:
        raise InputError(
            "the XML defines entities of its own, which could reach other files or grow without end",
            "No platform writes such files: export it again from the platform itself. Nothing was changed.",
        )
