"""Facebook: the download of a Page (or of a person's profile), as JSON.

    [{"timestamp": 1700000000, "title": "City of X updated its status.",
      "data": [{"post": "Caf\\u00c3\\u00a9 opens"}, {"update_timestamp": 1700000300}],
      "attachments": [{"data": [{"media": {"uri": ".../posts/media/Fest_111/a01.jpg"}},
                                {"external_context": {"url": "https://..."}}]}]}]
    {"comments_v2": [{"timestamp": 1700000100, "title": "City of X replied to Jane Doe's comment.",
      "data": [{"comment": {"timestamp": 1700000100, "comment": "Thanks", "author": "City of X"}}]}]}

Files are found by their last name, for the folders above them are localised and change by the year. There are no ids,
no links and no parents. An id is made from the second of posting, so that a text edited later is a new version of the
same record; where several items share a second their text and media go into the id too (an edit of one of those comes
in as a record of its own), with a count for the very same thing twice. What residents wrote is not in it at all.
"""

import hashlib
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from archiver.json_stream import decode, elements
from archiver.platforms.mojibake import mend, mended
from archiver.platforms.reader import Item, Package, Slice, Unread
from custody.account import Account
from custody.clock import EARLIEST_PLAUSIBLE
from custody.errors import InputError
from custody.record import Author, Content, IdOrigin, Kind, Media, State

_POSTS = re.compile(
    r"(profile_posts_\d+|your_posts(__check_ins__photos_and_videos)?(_\d+)?|your_uncategorized_photos|videos)$"
)
_COMMENTS = re.compile(r"(^|/)comments(_and_reactions)?/comments(_\d+)?$|^comments(_\d+)?$")
_EVENTS = re.compile(r"(your_events|events|events_you_hosted)$")
_ALBUM = re.compile(r"posts/album/[^/]+$")
_MESSAGES = re.compile(r"messages/.*/message_\d+$")
_PERSONAL = ("messages/", "connections/", "logged_information/", "security_", "personal_information/", "preferences/")
_MENTION = re.compile(r"@\[(\d+):\d+:([^\]]+)\]")
_MEDIA_KINDS = {"mp4": "video", "mov": "video", "m4v": "video", "mp3": "audio", "pdf": "file"}
_KEYS = frozenset(
    [
        "comments_v2",
        "comments",
        "videos_v2",
        "status_updates",
        "other_photos_v2",
        "your_events_v2",
        "photos",
        "messages",
    ]
)
_UNDERSTOOD = frozenset(["timestamp", "timestamp_ms", "title", "data", "attachments", "tags", "uri", "description"])
_FIRST_TIME = re.compile(rb'"(?:timestamp|start_timestamp|creation_timestamp|timestamp_ms)"\s*:\s*(\d+)')
_LATEST = datetime(2100, 1, 1, tzinfo=UTC)


class Facebook:
    """The JSON download of a Facebook Page."""

    name = "facebook"
    title = "Facebook download (JSON)"

    def recognises(self, package: Package) -> bool:
        """Whether it holds a posts or comments file in one of Facebook's shapes."""
        for member in package.members():
            if _role(member, package) in ("posts", "comments") and _begins_rightly(package, member):
                return True
        return _is_html_download(package)

    def read(self, package: Package, account: Account, personal: bool) -> Iterator[Item | Unread]:
        """Posts, the Page's own comments, albums, videos and events, file by file."""
        if _is_html_download(package):
            raise InputError(
                f"{package.name} is a Facebook download in HTML, which cannot be kept faithfully.",
                "Request the download again and choose the format JSON. Nothing was changed.",
            )
        seen = _Seen()
        for member in package.members():
            role = _role(member, package)
            if role in ("posts", "comments", "events") or (role == "messages" and personal):
                yield from _items(package, member, role, account, seen)
            elif role == "messages":
                yield Unread(member=member, reason="personal: messages")
            elif role == "personal":
                yield Unread(member=member, reason="personal")
            elif not _is_media(member):
                yield Unread(member=member, reason="unknown")


class _Seen:
    """How often each identity came up in this package, and the seconds in which several items were posted."""

    def __init__(self) -> None:
        self.times: dict[str, int] = {}
        self.crowded: frozenset[str] = frozenset()


def _role(member: str, package: Package) -> str:
    if not member.lower().endswith(".json"):
        return "other"
    stem = member[:-5]
    last = stem.rpartition("/")[2]
    if _MESSAGES.search(stem):
        return "messages"
    if _COMMENTS.search(stem):
        return "comments"
    if _POSTS.match(last) or _ALBUM.search(stem):
        return "posts"
    if _EVENTS.match(last):
        return "events"
    if any(part in member for part in _PERSONAL):
        return "personal"
    return "posts" if len(package.members()) == 1 else "unknown"


def _begins_rightly(package: Package, member: str) -> bool:
    with package.open(member) as stream:
        start = stream.read(65536)
    if start.lstrip()[:1] not in (b"[", b"{"):
        return False
    return b'"timestamp"' in start or any(f'"{key}"'.encode() in start for key in _KEYS) or b"label_values" in start


def _is_html_download(package: Package) -> bool:
    members = package.members()
    if any(_role(member, package) in ("posts", "comments") for member in members):
        return False
    pages = [member for member in members if member.lower().endswith(".html")]
    return any("posts" in member or "facebook" in member.lower() for member in pages)


def _is_media(member: str) -> bool:
    return "/media/" in member or member.rpartition(".")[2].lower() in {
        "jpg",
        "jpeg",
        "png",
        "gif",
        "webp",
        *_MEDIA_KINDS,
    }


def _items(package: Package, member: str, role: str, account: Account, seen: _Seen) -> Iterator[Item]:
    seen.crowded = _crowded_seconds(package, member)
    with package.open(member) as stream:
        for element in elements(stream):
            if element.key and element.key not in _KEYS:
                continue
            place = f"{member} item {element.index + 1}"
            raw = element.raw or Slice(member=member, offset=element.offset, length=element.length)
            try:
                value = decode(element)
                content, members = _content(value, role, account, seen)
            except (InputError, KeyError, TypeError, ValueError, AttributeError) as error:
                message = error.message if isinstance(error, InputError) else f"not as Facebook writes it ({error})"
                yield Item(place=place, raw=raw, quarantined=message)
                continue
            if content is None:
                yield Item(place=place, raw=raw, excluded="no text, picture or link: a note of Facebook's own")
            else:
                yield Item(place=place, raw=raw, content=content, members=members)


def _content(value: Any, role: str, account: Account, seen: _Seen) -> tuple[Content | None, tuple[str, ...]]:
    if not isinstance(value, dict):
        raise InputError("an item that is no object")
    good = mend(value)
    if "label_values" in good:
        return _labelled(good, account, seen)
    told = [part for part in _listed(good, "data") if isinstance(part, dict)]
    comment: dict[str, Any] = next((part["comment"] for part in told if isinstance(part.get("comment"), dict)), {})
    raw_text = _raw_text(value, role)
    text = mended(raw_text)
    shown = _MENTION.sub(r"\2", text)
    created, raw_date = _moment(good, comment)
    edited = next((_seconds(part["update_timestamp"]) for part in told if part.get("update_timestamp")), None)
    media, members = _media(good)
    links = _links(good)
    if not (shown or media or links):
        return None, ()
    name = str(comment.get("author") or good.get("sender_name") or account.name or account.handle)
    flags, repairs = _notes_on(created, raw_date, raw_text, text)
    identity = _identity(account, role, raw_date, raw_text, media, seen)
    content = Content(
        platform="facebook",
        object_id=identity,
        id_origin=IdOrigin.DERIVED,
        kind={"comments": Kind.COMMENT, "messages": Kind.MESSAGE}.get(role, Kind.POST),
        author=Author(name=name),
        created_at=created,
        created_at_raw=raw_date,
        edited_at=edited,
        title=str(good.get("title") or good.get("name") or ""),
        text=shown,
        text_raw=raw_text if raw_text != shown else "",
        media=media,
        links=links,
        tags=tuple(str(tag.get("name", "")) for tag in _listed(good, "tags") if isinstance(tag, dict)),
        state=State.EDITED if edited else State.LIVE,
        flags=flags,
        repairs=repairs,
        extra={name: part for name, part in good.items() if name not in _UNDERSTOOD},
    )
    return content, members


def _listed(value: dict[str, Any], name: str) -> list[Any]:
    part = value.get(name) or []
    return part if isinstance(part, list) else []


def _raw_text(value: dict[str, Any], role: str) -> str:
    for part in _listed(value, "data"):
        if isinstance(part, dict):
            if isinstance(part.get("post"), str):
                return str(part["post"])
            comment = part.get("comment")
            if isinstance(comment, dict):
                return str(comment.get("comment", ""))
    return str(value.get("content" if role == "messages" else "description") or "")


def _moment(value: dict[str, Any], comment: dict[str, Any]) -> tuple[datetime | None, str]:
    names = ("timestamp", "start_timestamp", "creation_timestamp")
    raw = next((part[name] for part in (comment, value) for name in names if part.get(name) is not None), None)
    if raw is None and value.get("timestamp_ms") is not None:
        return _seconds(int(value["timestamp_ms"]) / 1000), str(value["timestamp_ms"])
    if raw is None:
        raw = value.get("last_modified_timestamp")
    return (None, "") if raw is None else (_seconds(raw), str(raw))


def _seconds(raw: Any) -> datetime | None:
    try:
        return datetime.fromtimestamp(float(raw), UTC)
    except (ValueError, OverflowError, OSError):
        return None


def _notes_on(created: datetime | None, raw_date: str, raw: str, text: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    flags = []
    if created is None:
        flags.append("date-implausible" if raw_date else "date-missing")
    elif not EARLIEST_PLAUSIBLE <= created <= _LATEST:
        flags.append("date-implausible")
    return tuple(flags), ("mojibake",) if raw != text else ()


def _media(value: dict[str, Any]) -> tuple[tuple[Media, ...], tuple[str, ...]]:
    """Pictures and videos of attachments, or of the item itself in albums and video lists."""
    listed = [part["media"] for part in _attached(value) if isinstance(part.get("media"), dict)]
    listed += [part for part in _listed(value, "media") if isinstance(part, dict)]
    if isinstance(value.get("uri"), str):
        listed.append(value)
    found: dict[str, tuple[Media, str]] = {}
    for entry in listed:
        uri = str(entry.get("uri", ""))
        if not uri or uri in found:
            continue
        kind = _MEDIA_KINDS.get(uri.rpartition(".")[2].lower(), "image")
        alt = str(entry.get("description") or entry.get("title") or "")
        media = Media(uri=_tail(uri), kind=kind, name=uri.rpartition("/")[2], alt=alt)
        found[uri] = (media, "" if "://" in uri else _tail(uri))
    return tuple(media for media, _ in found.values()), tuple(tail for _, tail in found.values())


def _tail(uri: str) -> str:
    """From `posts/` (or `messages/`) on: what stands above it changes from one download to the next."""
    for root in ("posts/", "messages/", "photos_and_videos/"):
        if f"/{root}" in uri:
            return root + uri.split(f"/{root}", 1)[1]
    return uri


def _attached(value: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for attachment in _listed(value, "attachments"):
        if isinstance(attachment, dict):
            yield from (part for part in _listed(attachment, "data") if isinstance(part, dict))


def _links(value: dict[str, Any]) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for part in _attached(value):
        for name in ("external_context", "place"):
            if isinstance(part.get(name), dict) and part[name].get("url"):
                found[str(part[name]["url"])] = None
    return tuple(found)


def _crowded_seconds(package: Package, member: str) -> frozenset[str]:
    once: set[str] = set()
    twice: set[str] = set()
    with package.open(member) as stream:
        for element in elements(stream):
            found = _FIRST_TIME.search(element.raw or b"")
            raw = found.group(1).decode() if found else ""
            (twice if raw in once else once).add(raw)
    return frozenset(twice)


def _identity(account: Account, role: str, raw_date: str, raw_text: str, media: tuple[Media, ...], seen: _Seen) -> str:
    parts = [account.handle, role, raw_date]
    if not raw_date or raw_date in seen.crowded:
        parts += [raw_text, *(item.uri for item in media)]
    digest = hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:24]
    seen.times[digest] = seen.times.get(digest, 0) + 1
    return f"fb-{digest}" if seen.times[digest] == 1 else f"fb-{digest}-{seen.times[digest]}"


def _labelled(value: dict[str, Any], account: Account, seen: _Seen) -> tuple[Content | None, tuple[str, ...]]:
    """The newer shape: `{"timestamp": ..., "label_values": [{"label": ..., "value": ...}], "fbid": "123"}`.

    Labels are in the language of whoever asked for the download, so every value is kept, a line each, under its label.
    """
    lines, links = [], []
    for part in _listed(value, "label_values"):
        if isinstance(part, dict) and isinstance(part.get("value"), str) and part["value"]:
            lines.append(f"{part.get('label') or part.get('title') or ''}: {part['value']}".lstrip(": "))
            if part["value"].startswith("http"):
                links.append(part["value"])
    created, raw_date = _moment(value, {})
    media, members = _media(value)
    text = "\n".join(lines)
    if not text and not media:
        return None, ()
    native = str(value.get("fbid", ""))
    flags, _ = _notes_on(created, raw_date, text, text)
    content = Content(
        platform="facebook",
        object_id=native or _identity(account, "labelled", raw_date, text, media, seen),
        id_origin=IdOrigin.NATIVE if native else IdOrigin.DERIVED,
        kind=Kind.POST,
        author=Author(name=account.name or account.handle),
        created_at=created,
        created_at_raw=raw_date,
        text=text,
        media=media,
        links=tuple(links),
        flags=flags,
        extra={name: part for name, part in value.items() if name not in _UNDERSTOOD},
    )
    return content, members
