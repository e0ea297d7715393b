"""One item of a Facebook download, made into content: its text, date, media, links, and an id that lasts.

There are no ids. One is made from the second of posting, so that a text edited later is a new version of the same
record; where different items share a second their text and media go into the id too (an edit of one of those comes in
as a record of its own), with a count for the very same thing twice in one file. A photo's id is its file's name, which
is Facebook's own number. What is not understood is kept in `extra`.
"""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from archiver.lenient_json import settled
from archiver.platforms.dates import date_flags, moment_of_count
from archiver.platforms.mojibake import mend, mended
from custody.account import Account
from custody.errors import InputError
from custody.record import Author, Content, IdOrigin, Kind, Media, State, Visibility

_MENTION = re.compile(r"@\[(\d+):\d+:([^\]]+)\]")
_ALBUM_NUMBER = re.compile(r"_(\d+)/([^/]+)$")
_MEDIA_KINDS = {"mp4": "video", "mov": "video", "m4v": "video", "mp3": "audio", "pdf": "file"}
_MEDIA_LISTS = ("media", "photos", "videos", "files", "audio_files", "gifs")
_DATES = ("timestamp", "create_timestamp", "creation_timestamp", "timestamp_ms", "last_modified_timestamp")
_UNDERSTOOD = frozenset(
    [*_DATES, *_MEDIA_LISTS, "title", "name", "data", "attachments", "tags", "uri", "description", "fbid"]
    + ["content", "sender_name", "label_values", "media_metadata"]
)


class Role(StrEnum):
    """What a file of the download holds."""

    POSTS = "posts"
    VISITORS = "visitors"
    COMMENTS = "comments"
    MEDIA = "media"
    EVENTS = "events"
    MESSAGES = "messages"


_KINDS = {Role.COMMENTS: Kind.COMMENT, Role.MESSAGES: Kind.MESSAGE, Role.MEDIA: Kind.MEDIA}


class Identities:
    """Makes the ids of one download's items. `crowded` are the seconds that different items of a role share."""

    def __init__(self, account: Account) -> None:
        self.handle = account.handle
        self._first: dict[tuple[str, str], int] = {}
        self._crowded: set[tuple[str, str]] = set()
        self._times: dict[str, int] = {}
        self._in_file: set[tuple[str, str]] = set()

    def begin_file(self) -> None:
        """The very same thing twice is counted within a file; between files it is what overlapping parts share."""
        self._times, self._in_file = {}, set()

    def notice(self, value: Any, raw: bytes | None, role: Role) -> None:
        """Note one item, before any is read, to know which seconds are shared by items that are not the same."""
        key, own = (role, _when(value)[1]), hash(raw)
        if key in self._in_file or self._first.setdefault(key, own) != own:
            self._crowded.add(key)
        self._in_file.add(key)

    def make(self, role: str, raw_date: str, own: list[str], always: bool = False) -> str:
        """An id from the second, and from the item's `own` text and media where that is not enough."""
        parts = [self.handle, role, raw_date]
        if always or not raw_date or (role, raw_date) in self._crowded:
            parts += own
        digest = _digest(parts)[:24]
        self._times[digest] = self._times.get(digest, 0) + 1
        return f"fb-{digest}" if self._times[digest] == 1 else f"fb-{digest}-{self._times[digest]}"

    def of_media(self, uri: str) -> str:
        """The id of a photo or film: the number of its album and the name of its file, wherever the folder lies."""
        found = _ALBUM_NUMBER.search(uri)
        return f"fb-{_digest([self.handle, 'media', *(found.groups() if found else (uri,))])[:24]}"


def _digest(parts: list[str]) -> str:
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()


def content_of_item(
    value: Any, good: Any, doubts: tuple[str, ...], role: Role, ids: Identities, account: Account, group: str = ""
) -> tuple[Content | None, tuple[str, ...]]:
    """Content and the members of its media; None for what has no text, picture or link (Facebook's own notes).

    `good` is `value` mended; `group` the album of a photo or the thread of a message. Raises InputError, and the errors
    of a wrong shape.
    """
    if not isinstance(value, dict):
        raise InputError("an item that is no object")
    repaired = good != value
    whole = _labelled(good) if "label_values" in good else _text_of(good)
    raw_text = _text_of(value) if repaired else whole
    text = _MENTION.sub(r"\2", whole)
    media, members = _media(good)
    links = _links(good)
    if not (text or media or links or (role is Role.EVENTS and good.get("name"))):
        return None, ()
    created, raw_date, date_doubts = _dated(good, role)
    edited = next((part["update_timestamp"] for part in _parts(good, "data") if part.get("update_timestamp")), None)
    edited_at = moment_of_count(edited)
    edited_at = None if edited_at == created else edited_at
    content = Content(
        platform="facebook",
        object_id=_identity(good, role, raw_date, media, ids, group),
        id_origin=IdOrigin.NATIVE if good.get("fbid") else IdOrigin.DERIVED,
        kind=_KINDS.get(role, Kind.POST),
        root_id=group if role is Role.MESSAGES else "",
        author=_author(good, role, account),
        created_at=created,
        created_at_raw=raw_date,
        edited_at=edited_at,
        title=str(good.get("title") or good.get("name") or (group if role is Role.MEDIA else "")),
        text=text,
        text_raw=raw_text if raw_text != text and "label_values" not in good else "",
        media=media,
        links=links,
        tags=tuple(str(tag["name"]) for tag in _parts(good, "tags") if tag.get("name")),
        visibility=Visibility.PRIVATE if role is Role.MESSAGES else Visibility.PUBLIC,
        state=State.EDITED if edited_at else State.LIVE,
        flags=(*date_doubts, *(("author-in-title",) if role is Role.VISITORS else ()), *doubts),
        repairs=("mojibake",) if repaired else (),
        extra=settled(_unknown(good)),
    )
    return content, members


def _identity(
    good: dict[str, Any], role: Role, raw_date: str, media: tuple[Media, ...], ids: Identities, group: str
) -> str:
    if good.get("fbid"):
        return str(good["fbid"])
    if role is Role.MEDIA and len(media) == 1:
        return ids.of_media(media[0].uri)
    own = [_text_of(good), *(each.uri for each in media)]
    if role is Role.EVENTS:
        return ids.make(role, raw_date, [str(good.get("name", ""))], always="create_timestamp" not in good)
    if role is Role.MESSAGES:
        return ids.make(role, raw_date, [group, str(good.get("sender_name", "")), *own], always=True)
    return ids.make(role, raw_date, own)


def _author(good: dict[str, Any], role: Role, account: Account) -> Author:
    if role is Role.VISITORS:
        return Author()
    told = _comment(good).get("author") or good.get("sender_name")
    return Author(name=str(told or account.name or account.handle))


def _parts(value: dict[str, Any], name: str) -> list[dict[str, Any]]:
    part = value.get(name)
    return [each for each in part if isinstance(each, dict)] if part and isinstance(part, list) else []


def _comment(value: dict[str, Any]) -> dict[str, Any]:
    return next((part["comment"] for part in _parts(value, "data") if isinstance(part.get("comment"), dict)), {})


def _text_of(value: Any) -> str:
    """The text as it stands: of the post, the comment, the message, else the description; then what was shared."""
    if not isinstance(value, dict):
        return ""
    found = [part["post"] for part in _parts(value, "data") if isinstance(part.get("post"), str)]
    found += [_comment(value).get("comment"), value.get("content"), value.get("description")]
    text = next((each for each in found if isinstance(each, str) and each), "")
    for part in _attached(value):
        if isinstance(part.get("text"), str) and part["text"] not in text:
            text = f"{text}\n\n{part['text']}".lstrip()
    return text


def _when(value: Any) -> tuple[datetime | None, str]:
    if not isinstance(value, dict):
        return None, ""
    comment = _comment(value)
    raw = next((part[name] for part in (comment, value) for name in _DATES if part.get(name) is not None), None)
    return (None, "") if raw is None else (moment_of_count(raw), str(raw))


def _dated(value: dict[str, Any], role: Role) -> tuple[datetime | None, str, tuple[str, ...]]:
    """When it was posted. An event that does not say is dated by its start, and flagged."""
    created, raw = _when(value)
    if not raw and role is Role.EVENTS and value.get("start_timestamp") is not None:
        raw = str(value["start_timestamp"])
        created = moment_of_count(raw)
        return created, raw, ("date-is-start-of-event", *date_flags(created, raw))
    return created, raw, date_flags(created, raw)


def _attached(value: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for attachment in _parts(value, "attachments"):
        yield from _parts(attachment, "data")


def _media(value: Any) -> tuple[tuple[Media, ...], tuple[str, ...]]:
    """Pictures and films of attachments, of a message, or the item itself in albums and lists of films."""
    if not isinstance(value, dict):
        return (), ()
    listed = [part["media"] for part in _attached(value) if isinstance(part.get("media"), dict)]
    listed += [part for name in _MEDIA_LISTS for part in _parts(value, name)]
    if isinstance(value.get("uri"), str):
        listed.append(value)
    found: dict[str, tuple[Media, str]] = {}
    for entry in listed:
        uri = str(entry.get("uri") or "")
        if uri and uri not in found:
            kind = _MEDIA_KINDS.get(uri.rpartition(".")[2].lower(), "image")
            alt = str(entry.get("description") or entry.get("title") or "")
            media = Media(uri=tail_of(uri), kind=kind, name=uri.rpartition("/")[2], alt=alt)
            found[uri] = (media, "" if "://" in uri else tail_of(uri))
    return tuple(media for media, _ in found.values()), tuple(tail for _, tail in found.values())


def tail_of(uri: str) -> str:
    """From `posts/` (or `messages/`) on: what stands above it changes from one download to the next."""
    for root in ("posts/", "messages/", "photos_and_videos/"):
        if f"/{root}" in uri:
            return root + uri.split(f"/{root}", 1)[1]
    return uri


def _links(value: dict[str, Any]) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for part in _attached(value):
        for name in ("external_context", "place"):
            if isinstance(part.get(name), dict) and part[name].get("url"):
                found[str(part[name]["url"])] = None
    share = value.get("share")
    if isinstance(share, dict) and share.get("link"):
        found[str(share["link"])] = None
    for line in _label_values(value):
        if line[1].startswith(("https://", "http://")):
            found[line[1]] = None
    return tuple(found)


def _label_values(value: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """The newer shape: `"label_values": [{"label": ..., "value": ...}, {"title": ..., "dict": [{"label": ...}]}]`."""
    for part in _parts(value, "label_values") + _parts(value, "dict"):
        label = str(part.get("label") or part.get("title") or "")
        if isinstance(part.get("value"), str) and part["value"]:
            yield label, part["value"]
        for inner, text in _label_values({"dict": part.get("dict")}):
            yield f"{label}, {inner}" if label and inner else label or inner, text


def _labelled(value: dict[str, Any]) -> str:
    """Labels are in the language of whoever asked for the download, so every value is kept, a line each."""
    return "\n".join(f"{label}: {text}" if label else text for label, text in _label_values(value))


def _unknown(good: dict[str, Any]) -> dict[str, Any]:
    """Everything that was not read into a field of its own."""
    extra = {name: part for name, part in good.items() if name not in _UNDERSTOOD}
    data = [_without(part, "post", "update_timestamp", "comment") for part in _parts(good, "data")]
    comment = _without(_comment(good), "timestamp", "comment", "author")
    attached = [_without(part, "media", "text") for part in _attached(good)]
    attached = [part for part in attached if part and list(part.get("external_context") or "0") != ["url"]]
    named = {"data": [part for part in data if part], "comment": comment, "attachments": attached}
    return extra | {name: part for name, part in named.items() if part}


def _without(value: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: part for name, part in value.items() if name not in names}


def album_of(value: Any, doubts: tuple[str, ...], ids: Identities, account: Account) -> Content | None:
    """An album's own words: `{"name", "description", "cover_photo", "last_modified_timestamp"}` without its photos."""
    if not isinstance(value, dict):
        raise InputError("an album that is no object")
    good = mend(value)
    if not good.get("description"):
        return None
    cover = good.get("cover_photo")
    found = _ALBUM_NUMBER.search(str(cover.get("uri", ""))) if isinstance(cover, dict) else None
    key = found.group(1) if found else str(good.get("name", ""))
    value, good = {**value, "photos": []}, {**good, "photos": []}
    content, _ = content_of_item(value, good, doubts, Role.POSTS, ids, account)
    identity = f"fb-{_digest([account.handle, 'album', key])[:24]}"
    return replace(content, object_id=identity) if content else None


def album_name(value: Any) -> str:
    """The album's name, mended."""
    return mended(str(value.get("name") or "")) if isinstance(value, dict) else ""
