"""Feeds: RSS, Atom and JSON Feed, from a file or fetched. The library feedparser knows what they mean.

    <entry><id>tag:...</id><title>Road closed</title><updated>2025-03-01T12:00:00Z</updated>
      <content type="html">...</content></entry>
    {"version": "https://jsonfeed.org/version/1.1", "items": [{"id": "1", "content_text": "Road closed"}]}

A feed is a window on the newest entries: that an entry is no longer in it is never taken for deletion.
The raw bytes of an entry are its own element. Where the document is not well-formed XML (feedparser mends a great deal)
they are the entry as it was understood, as JSON, and the record is so marked.
"""

import hashlib
import io
import json
import warnings
from collections.abc import Iterator
from datetime import UTC, datetime
from time import struct_time
from typing import Any

import feedparser

from archiver.html_text import plain
from archiver.normalized import decode_json
from archiver.platforms.reader import Item, Package, Unread
from archiver.xml_stream import elements
from custody.account import Account
from custody.clock import moment_of
from custody.errors import InputError
from custody.record import Author, Content, IdOrigin, Kind, Media

LARGEST = 64 * 1024 * 1024
_GAP = "named in the feed, but not contained in it"
_UNDERSTOOD = frozenset(
    ["id", "guid", "link", "links", "title", "title_detail", "summary", "summary_detail", "content", "tags", "author"]
    + [
        "author_detail",
        "authors",
        "published",
        "published_parsed",
        "updated",
        "updated_parsed",
        "enclosures",
        "language",
    ]
    + ["guidislink", "created", "created_parsed", "date_parsed"]
)


class Feed:
    """RSS, Atom or JSON Feed."""

    name = "feed"
    title = "Feed (RSS, Atom, JSON Feed)"

    def recognises(self, package: Package) -> bool:
        """Whether the only member is a feed with a version that is known."""
        members = package.members()
        if len(members) != 1:
            return False
        with package.open(members[0]) as stream:
            start = stream.read(65536)
        if b"jsonfeed.org/version" in start:
            return True
        folded = start.lower()
        return any(mark in folded for mark in (b"<rss", b"<feed", b"<rdf:rdf", b"http://purl.org/rss"))

    def read(self, package: Package, account: Account, personal: bool) -> Iterator[Item | Unread]:
        """Every entry of every member."""
        for member in package.members():
            if package.size(member) > LARGEST:
                raise InputError(f"{member} is larger than {LARGEST // 1024 // 1024} MiB.", "This is no feed.")
            with package.open(member) as stream:
                data = stream.read()
            if data.lstrip()[:1] == b"{":
                yield from _json_items(data, member)
            else:
                yield from _xml_items(data, member)


def _xml_items(data: bytes, member: str) -> Iterator[Item]:
    slices = _slices(data)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the library warns of its own old names
        parsed = feedparser.parse(io.BytesIO(data), sanitize_html=False, resolve_relative_uris=True)
    if not parsed.get("version") and not parsed.entries:
        raise InputError(
            f"{member} is not a feed that can be read ({parsed.get('bozo_exception', 'no feed in it')}).",
            "Look at the address in a browser: it should show XML or JSON, not a page.",
        )
    whole = len(slices) == len(parsed.entries)
    for number, entry in enumerate(parsed.entries):
        content = _content(entry, parsed, whole)
        raw = slices[number] if whole else json.dumps(entry, default=str, sort_keys=True).encode("utf-8", "replace")
        raw_type = "application/xml" if whole else "application/json"
        place = f"{member} entry {number + 1}"
        if content is None:
            yield Item(place=place, raw=raw, raw_type=raw_type, quarantined="an entry without id, link, title or text")
        else:
            members = ("",) * len(content.media)
            yield Item(place=place, raw=raw, raw_type=raw_type, content=content, members=members)


def _slices(data: bytes) -> list[bytes]:
    """Each entry's own bytes when the document is well-formed; none when it is not."""
    for wanted in ("item", "entry"):
        try:
            found = [each.raw for each in elements(io.BytesIO(data), wanted)]
        except InputError:
            return []
        if found:
            return found
    return []


def _content(entry: Any, parsed: Any, whole: bool) -> Content | None:
    title = plain(str(entry.get("title", ""))).text
    body = entry.get("content") or []
    markup = str(body[0].get("value", "")) if body else str(entry.get("summary", ""))
    page = plain(markup)
    link = str(entry.get("link", ""))
    media = _enclosures(entry)
    if not (title or page.text or link or entry.get("id") or media):
        return None
    raw_date = str(entry.get("published") or dict.get(entry, "updated") or "")
    created = _moment(entry.get("published_parsed") or dict.get(entry, "updated_parsed"))
    updated = _moment(dict.get(entry, "updated_parsed"))
    identity, origin = _identity(str(entry.get("id", "")), link, title + raw_date)
    detail = entry.get("author_detail") or {}
    return Content(
        platform="feed",
        object_id=identity,
        id_origin=origin,
        kind=Kind.POST,
        author=Author(name=str(detail.get("name") or entry.get("author", "")), url=str(detail.get("href", ""))),
        created_at=created,
        created_at_raw=raw_date,
        edited_at=updated if updated and updated != created else None,
        title=title,
        text=page.text,
        text_raw=markup if markup != page.text else "",
        text_format="html" if markup != page.text else "plain",
        lang=str(parsed.feed.get("language", "")),
        media=media,
        links=tuple(dict.fromkeys(page.links)),
        tags=tuple(str(tag.get("term")) for tag in entry.get("tags", ()) if tag.get("term")),
        permalink=link,
        source="feed",
        flags=() if created else ("date-missing",),
        repairs=() if whole else ("feed-not-well-formed",),
        extra={
            name: value if isinstance(value, (str, int, bool)) else str(value)
            for name, value in entry.items()
            if name not in _UNDERSTOOD and value not in (None, "")
        },
    )


def _identity(given: str, link: str, rest: str) -> tuple[str, IdOrigin]:
    if given:
        return given, IdOrigin.NATIVE
    if link:
        return link, IdOrigin.DERIVED
    return "feed-" + hashlib.sha256(rest.encode("utf-8", "surrogatepass")).hexdigest()[:24], IdOrigin.DERIVED


def _enclosures(entry: Any) -> tuple[Media, ...]:
    found = []
    for each in entry.get("enclosures", ()):
        uri, media_type = str(each.get("href", "")), str(each.get("type", ""))
        if uri:
            kind = (
                media_type.partition("/")[0] if media_type.partition("/")[0] in ("image", "audio", "video") else "file"
            )
            name = uri.rpartition("/")[2]
            found.append(Media(uri=uri, kind=kind, media_type=media_type, name=name, gap=_GAP))
    return tuple(found)


def _moment(parsed: struct_time | None) -> datetime | None:
    if parsed is None:
        return None
    try:
        return datetime(*parsed[:6], tzinfo=UTC)
    except (ValueError, TypeError):
        return None


def _json_items(data: bytes, member: str) -> Iterator[Item]:
    """JSON Feed 1.0 and 1.1: https://jsonfeed.org/version/1.1"""
    feed = decode_json(data)
    if not isinstance(feed, dict) or not isinstance(feed.get("items"), list):
        raise InputError(f"{member} is JSON, but no JSON Feed (it has no items).", "Check the address.")
    for number, entry in enumerate(feed["items"], 1):
        place, raw = (
            f"{member} entry {number}",
            json.dumps(entry, ensure_ascii=False, sort_keys=True).encode("utf-8", "replace"),
        )
        try:
            content = _json_content(entry, feed)
        except (AttributeError, TypeError, KeyError) as error:
            yield Item(place=place, raw=raw, quarantined=f"not an entry as JSON Feed writes them ({error})")
            continue
        if content is None:
            yield Item(place=place, raw=raw, quarantined="an entry without id, link, title or text")
        else:
            yield Item(place=place, raw=raw, content=content, members=("",) * len(content.media))


def _json_content(entry: dict[str, Any], feed: dict[str, Any]) -> Content | None:
    markup = str(entry.get("content_html") or "")
    page = plain(markup)
    text = str(entry.get("content_text") or page.text or entry.get("summary") or "")
    link, title = str(entry.get("url") or ""), str(entry.get("title") or "")
    given = str(entry["id"]) if entry.get("id") is not None else ""
    if not (given or link or title or text):
        return None
    raw_date = str(entry.get("date_published") or "")
    created, updated = _when(raw_date), _when(str(entry.get("date_modified") or ""))
    identity, origin = _identity(given, link, title + raw_date)
    people = entry.get("authors") or ([entry["author"]] if entry.get("author") else feed.get("authors") or [])
    person = people[0] if people else {}
    media = tuple(_attachment(each) for each in entry.get("attachments") or ())
    known = {"id", "url", "title", "content_html", "content_text", "summary", "date_published", "date_modified"}
    known |= {"authors", "author", "tags", "attachments", "language"}
    return Content(
        platform="feed",
        object_id=identity,
        id_origin=origin,
        kind=Kind.POST,
        author=Author(name=str(person.get("name") or ""), url=str(person.get("url") or "")),
        created_at=created,
        created_at_raw=raw_date,
        edited_at=updated if updated and updated != created else None,
        title=title,
        text=text,
        text_raw=markup,
        text_format="html" if markup else "plain",
        lang=str(entry.get("language") or feed.get("language") or ""),
        media=media,
        links=page.links,
        tags=tuple(str(tag) for tag in entry.get("tags") or ()),
        permalink=link,
        source="feed",
        flags=() if created else ("date-missing",),
        extra={name: value for name, value in entry.items() if name not in known},
    )


def _attachment(each: dict[str, Any]) -> Media:
    name = str(each.get("title") or "")
    return Media(uri=str(each["url"]), kind="file", media_type=str(each.get("mime_type", "")), name=name, gap=_GAP)


def _when(text: str) -> datetime | None:
    try:
        return moment_of(text.replace("Z", "+00:00")) if text else None
    except ValueError:
        return None
