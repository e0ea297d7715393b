"""Whether what a record shows is what its opened parts say."""

from __future__ import annotations

import re
from typing import Any

from exports.verifier.codes import Report
from exports.verifier.shapes import value_of

_MEDIA = re.compile(r"media/(R[0-9]+)-([1-9][0-9]{0,8})\.[a-z0-9]+")
_MARK = re.compile(r"\[withheld: [^\]]+\]")


class Media:
    """The package's files by their digests (and sizes), and which of them a record has shown so far."""

    def __init__(self, digests: dict[str, tuple[str, int]]) -> None:
        self.digests = digests
        self.used: set[str] = set()


class Shown:
    """Compares what a record shows with its opened parts. `names` may be open; `sealed` are withheld, yet sealed."""

    def __init__(self, report: Report, media: Media, record: dict[str, Any], parts: dict[str, dict[str, Any]]) -> None:
        self.report, self.media, self.record, self.parts = report, media, record, parts
        self.names: set[str] = set()
        self.sealed: list[str] = []

    def field(self, name: str, shown: Any, absent: Any = "") -> None:
        """One part against what is shown of it. A closed one is right only where a mark stands."""
        part, where = self.parts.get(name), f"{self.record['record']} {name}"
        self.names.add(name)
        if part is not None and "key" in part:
            if value_of(part["value"]) != shown:
                self.report.add("P-30-shown-differs", where)
            return
        texts = shown if type(shown) is list else [shown]
        if self.record["released"] == "in part" and any(_MARK.search(text) for text in texts):
            self.sealed += [name] if part is not None else []
        elif part is not None or shown != absent:
            self.report.add("P-31-not-proved", where)

    def whole(self) -> None:
        """Everything that the record shows of its current version."""
        for name in ("platform", "kind", "state", "title", "text"):
            self.field(name, self.record[name])
        self.field("author.name" if "author.name" in self.parts else "author.handle", self.record["author"])
        self.field("links", self.record["links"], [])
        self.field("permalink", self.record["source"])
        self._created()
        self._pictures()

    def _is_sealed(self, name: str) -> bool:
        part = self.parts.get(name)
        return part is not None and "key" not in part

    def _is_marked(self, text: str) -> bool:
        return self.record["released"] == "in part" and _MARK.search(text) is not None

    def _created(self) -> None:
        shown = self.record["posted_utc"]
        part = self.parts.get("created_at", {"key": "", "value": '""'})
        told = value_of(part.get("value", ""))
        if type(told) is str and f"{told[:10]} {told[11:19]} UTC".lstrip("0") == shown.lstrip("0"):
            shown = told  # the same moment, to the second
        self.field("created_at", shown, "no date")

    def _pictures(self) -> None:
        label, shown = self.record["record"], set()
        numbers = {name.split(".")[1] for name in self.parts if name.startswith("media.")}
        for medium in self.record["media"]:
            file, place = medium["file"], _MEDIA.fullmatch(medium["file"])
            digest = self.media.digests.get(file, ("", 0))[0]
            ours = place is not None and place[1] == label
            if not ours or digest != medium["sha256"] or file in self.media.used:
                self.report.add("P-33-media", file)
            if place is None or not ours:
                continue
            self.media.used.add(file)
            n = str(int(place[2]) - 1)
            shown.add(n)
            if self._is_sealed(f"media.{n}.sha256") and self._is_marked(medium["description"]):
                self.sealed.append(f"media.{n}")  # a picture of which a part is black
            else:
                self.field(f"media.{n}.sha256", medium["sha256"])
                self.field(f"media.{n}.media_type", medium["type"])
            made = f" posted with this {self.record['kind']}; the source gives no description"
            alt, told = f"media.{n}.alt", medium["description"]
            self.field(alt, "" if alt not in self.parts and told.endswith(made) else told)
        sealed = {n for n in numbers if f"media.{n}.sha256" in self.parts}
        self.sealed += [f"media.{n}" for n in sorted(sealed - shown)]
        withheld = len(self.record["media_withheld"])
        least, most = len(sealed - shown), len(numbers - shown)
        if len(numbers - sealed) != self.record["media_missing"] or not least <= withheld <= most:
            self.report.add("P-33-media", label)
