"""X's long posts: `tweets.js` holds them cut off, `note-tweet.js` holds their whole text under an id that is no post's.

    {"noteTweet": {"noteTweetId": "1767...", "createdAt": "2026-02-03T10:22:38.000Z",
      "core": {"text": "...", "urls": [{"shortUrl": "https://t.co/a", "expandedUrl": "https://..."}], "hashtags": []}}}

They are joined by time and beginning, which fits 40 of 41 in a real archive. One that fits no post is a record itself.
"""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from archiver.json_stream import Element, decode_flagged, elements
from archiver.platforms.dates import date_flags
from archiver.platforms.reader import Item, Package, Slice
from custody.clock import moment_of
from custody.errors import InputError
from custody.record import Author, Content, Kind, State

NOTES = re.compile(r"(?:^|/)(?:deleted-)?note-tweets?(?:-part\d+)?\.js$")
_CUT_OFF = re.compile(r"[\s…]*(https://t\.co/\w+)?$")
_NEAR = 2
"""Seconds between a post and its long text (measured on real archives)."""
_SAME = 80
"""Characters that must be equal at the beginning."""


class Note:
    """One long text; `joined` once a post has taken it."""

    __slots__ = ("content", "hashtags", "item", "joined", "moment", "text")

    def __init__(self, value: Any, flags: tuple[str, ...], place: str, raw: bytes | Slice, owner: Author) -> None:
        note = value["noteTweet"]
        core = note["core"]
        created = str(note.get("createdAt", ""))
        self.moment = _moment(created)
        self.text = str(core["text"])
        for url in core.get("urls") or ():
            if url.get("shortUrl") and url.get("expandedUrl"):
                self.text = self.text.replace(str(url["shortUrl"]), str(url["expandedUrl"]))
        self.hashtags = tuple(str(tag.get("text", "")) for tag in core.get("hashtags") or () if tag.get("text"))
        self.joined = False
        content = Content(
            platform="x",
            object_id=f"note-{note['noteTweetId']}",
            kind=Kind.POST,
            author=owner,
            created_at=self.moment,
            created_at_raw=created,
            text=self.text,
            tags=self.hashtags,
            state=State.DELETED if "deleted" in place.rpartition("/")[2] else State.LIVE,
            flags=(*date_flags(self.moment, created), *flags, "long-text-without-post"),
        )
        self.item = Item(place=place, raw=raw, content=content)


class Notes:
    """The long texts of an archive, found by the second they were posted in."""

    def __init__(self, package: Package, owner: Author) -> None:
        self.all: list[Note] = []
        self.broken: list[Item] = []
        self._by_second: dict[datetime, list[Note]] = {}
        for member in package.members():
            if NOTES.search(member):
                self._read(package, member, owner)

    def for_post(self, text: str, created: datetime | None) -> Note | None:
        """The long text of a post, if it has one. `text` is the post's own, cut-off text, its entities decoded."""
        if created is None or not self._by_second:
            return None
        beginning = _CUT_OFF.sub("", text)[:_SAME]
        for seconds in sorted(range(-_NEAR, _NEAR + 1), key=abs):
            for note in self._by_second.get(created + timedelta(seconds=seconds), ()):
                if not note.joined and len(note.text) > len(beginning) and note.text.startswith(beginning):
                    return note
        return None

    def alone(self) -> Iterator[Item]:
        """The long texts that no post took."""
        return (note.item for note in self.all if not note.joined)

    def _read(self, package: Package, member: str, owner: Author) -> None:
        place = member
        try:
            with package.open(member) as stream:
                for element in elements(stream):
                    place = f"{member} item {element.index + 1}"
                    self._take(element, place, member, owner)
        except InputError as error:
            self.broken.append(Item(place=f"{member} after {place}", raw=b"", quarantined=error.message))

    def _take(self, element: Element, place: str, member: str, owner: Author) -> None:
        raw = element.raw or Slice(member=member, offset=element.offset, length=element.length)
        try:
            note = Note(*decode_flagged(element), place, raw, owner)
        except InputError as error:
            self.broken.append(Item(place=place, raw=raw, quarantined=error.message))
        except (KeyError, TypeError, ValueError, AttributeError):
            self.broken.append(Item(place=place, raw=raw, quarantined="not a long post as X writes them"))
        else:
            self.all.append(note)
            if note.moment is not None:
                self._by_second.setdefault(note.moment.replace(microsecond=0), []).append(note)


def _moment(raw: str) -> datetime | None:
    try:
        return moment_of(raw)
    except ValueError:
        return None
