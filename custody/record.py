"""What a record is: content somebody put on a city's account, in each version the city captured.

`Content` is one version as normalized (published as `docs/record.schema.json`); `Record` is the numbered thing that
is kept, found, released and one day destroyed. How bytes become Content is the platforms' business; where they
lie is the vault's.
"""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from custody.ids import AccountId, RecordNumber, RunNumber

SCHEMA_VERSION = 1


class Kind(StrEnum):
    """What sort of content a record is."""

    POST = "post"
    COMMENT = "comment"
    REPLY = "reply"
    REPOST = "repost"
    MESSAGE = "message"
    PAGE = "page"
    MEDIA = "media"
    REVISION = "revision"


class State(StrEnum):
    """What had become of the content on the platform when it was captured."""

    LIVE = "live"
    EDITED = "edited"
    HIDDEN = "hidden"
    DELETED = "deleted"
    UNAVAILABLE = "unavailable"


class Visibility(StrEnum):
    """Who could see it on the platform."""

    PUBLIC = "public"
    HIDDEN = "hidden"
    UNLISTED = "unlisted"
    PRIVATE = "private"
    HELD = "held"
    SPAM = "spam"
    UNKNOWN = "unknown"


class IdOrigin(StrEnum):
    """Whether the platform gave the id, or we derived it from the content because the download has none."""

    NATIVE = "native"
    DERIVED = "derived"


@dataclass(frozen=True, kw_only=True, slots=True)
class Author:
    """Who wrote it, as the platform showed them. All parts optional."""

    handle: str = ""
    id: str = ""
    name: str = ""
    url: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Media:
    """A picture, video or file that belongs to the content.

    `uri` is the name the source gave it. `sha256` is 64 hex digits of the stored bytes, or "" when the source names
    the file but does not contain it; `gap` then says why. `size` in bytes.
    """

    alt: str = ""
    gap: str = ""
    kind: str = "image"
    media_type: str = ""
    name: str = ""
    sha256: str = ""
    size: int = 0
    uri: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Content:
    """One version of a record, normalized: text as the public saw it, the raw form beside it where it differs.

    Times are aware UTC; `created_at_raw` is the text they were read from. `removed_at` is when it was hidden or
    deleted. `flags` name what a person should look at; `repairs` what was mended in reading (`mojibake`, ...).
    `metrics` are counters (likes, shares), which do not make a new version; `extra` keeps every field not understood.
    The fields of it and its parts stand in the order of its canonical JSON, the alphabet's.
    """

    author: Author = field(default_factory=Author)
    created_at: datetime | None = None
    created_at_raw: str = ""
    edited_at: datetime | None = None
    extra: dict[str, Any] = field(default_factory=dict)
    flags: tuple[str, ...] = ()
    id_origin: IdOrigin = IdOrigin.NATIVE
    kind: Kind
    lang: str = ""
    links: tuple[str, ...] = ()
    media: tuple[Media, ...] = ()
    metrics: dict[str, str] = field(default_factory=dict)
    object_id: str
    parent_id: str = ""
    permalink: str = ""
    platform: str
    removed_at: datetime | None = None
    repairs: tuple[str, ...] = ()
    root_id: str = ""
    source: str = "export"
    state: State = State.LIVE
    tags: tuple[str, ...] = ()
    text: str = ""
    text_format: str = "plain"
    text_raw: str = ""
    title: str = ""
    visibility: Visibility = Visibility.PUBLIC


@dataclass(frozen=True, kw_only=True, slots=True)
class Version:
    """One captured version of a record. `n` counts from 1; `as_of` is the date the source itself speaks for."""

    n: int
    captured_at: datetime
    as_of: datetime
    run: RunNumber
    digest: str
    content: Content


@dataclass(frozen=True, kw_only=True, slots=True)
class Record:
    """A numbered record with all its versions, oldest capture first; `current` is the index of the newest state."""

    number: RecordNumber
    account: AccountId
    platform: str
    series: str
    versions: tuple[Version, ...]
    current_index: int = -1

    @property
    def current(self) -> Content:
        """The content as it last was known to stand."""
        return self.versions[self.current_index].content

    def searchable(self) -> tuple[str, ...]:
        """Every text a search looks at, one part after another; a phrase never runs from one part into the next."""
        parts: dict[str, None] = {}
        for version in self.versions:
            parts.update(dict.fromkeys(searchable_parts(version.content)))
        return tuple(parts)


def searchable_parts(content: Content) -> tuple[str, ...]:
    """The texts of one version a search looks at: title, text, author, alt texts and names of its media."""
    parts = [content.title, content.text, content.author.name, content.author.handle]
    for media in content.media:
        parts += [media.alt, media.name]
    return tuple(part for part in parts if part)
