"""X (Twitter): the archive an account's owner downloads, as a folder or a zip.

    window.YTD.tweets.part0 = [ {"tweet": {"id_str": "176...", "created_at": "Tue Mar 12 10:22:38 +0000 2024",
      "full_text": "Open &amp; free https://t.co/abc", "in_reply_to_status_id_str": "...",
      "entities": {"urls": [{"url": "https://t.co/abc", "expanded_url": "https://..."}]},
      "extended_entities": {"media": [{"media_url_https": "https://pbs.twimg.com/media/G.jpg", "type": "photo"}]},
      "edit_info": {"edit": {"initialTweetId": "175...", "editControlInitial": {"editTweetIds": [...]}}}}} ]

It holds what the account wrote, its own deletions of the last 14 days, and nothing the public wrote. Every edit is a
row of its own with an id of its own; here they are versions of one record, the first id's. Long posts are made whole
by `x_notes.py`; direct messages, when asked for, are `x_messages.py`'s.
"""

import html
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from archiver.json_stream import Element, begins_as_json, decode_flagged, elements
from archiver.lenient_json import settled
from archiver.normalized import decode_json
from archiver.platforms.dates import date_flags
from archiver.platforms.reader import Item, Package, Slice, Unread
from archiver.platforms.x_messages import MESSAGES, messages
from archiver.platforms.x_notes import NOTES, Notes
from custody.account import Account
from custody.clock import moment_of, text_of
from custody.errors import InputError
from custody.record import Author, Content, Kind, Media, State

_POSTS = re.compile(r"(?:^|/)(tweets?|deleted-tweets?|community-tweets?)(?:-part\d+)?\.js$")
_NO_RECORDS = re.compile(
    r"(?:^|/)((deleted-)?tweet-headers|manifest|README|Your archive)[^/]*\.(js|txt|html)$|(?:^|/)assets/"
    r"|(?:^|/)profile_media/"
)
_MAY_BE_RECORDS = re.compile(r"(?:^|/)(article|spaces|periscope|moment|tweetdeck|professional)[^/]*\.js$")
_MEDIA = re.compile(r"(?:^|/)(?:deleted_|community_)?tweets?_media/")
_BEGINNING = re.compile(rb"(?:\xef\xbb\xbf)?\s*window\.(YTD\.|__THAR_CONFIG)")
_POSTS_INSIDE = re.compile(rb"(?:\xef\xbb\xbf)?\s*window\.YTD\.(deleted_|community_)?tweets?\.")
_FIRST_ID = re.compile(rb'"initialTweetId"\s*:\s*"(\d+)"')
_MANIFEST_ROOM = 4 * 1024 * 1024
_DATE = re.compile(r"[A-Z][a-z]{2} ([A-Z][a-z]{2}) (\d\d) (\d\d):(\d\d):(\d\d) \+0000 (\d{4})")
_MONTHS = {name: n for n, name in enumerate("Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(), 1)}
_MEDIA_KINDS = {"photo": "image", "video": "video", "animated_gif": "video"}
_UNDERSTOOD = frozenset(
    ["id", "id_str", "created_at", "full_text", "lang", "in_reply_to_status_id", "in_reply_to_status_id_str"]
    + ["in_reply_to_user_id", "entities", "extended_entities", "edit_info", "favorite_count", "retweet_count"]
    + ["deleted_at", "display_text_range"]
)


class XTwitter:
    """The X archive."""

    name = "x"
    title = "X (Twitter) archive"

    def recognises(self, package: Package) -> bool:
        """Whether a member begins as X's archive files do."""
        for member in package.members():
            likely = _POSTS.search(member) or member.endswith("manifest.js") or _single(package)
            if likely and _begins(package, member, _BEGINNING):
                return True
        return False

    def read(self, package: Package, account: Account, personal: bool) -> Iterator[Item | Unread]:
        """Every post, deleted post and community post, in the archive's own order; then long texts without a post."""
        manifest = _Manifest(package, account)
        notes = Notes(package, manifest.owner)
        read_any = False
        named: set[str] = set()
        for member in package.members():
            if _POSTS.search(member) or (_single(package) and _begins(package, member, _POSTS_INSIDE)):
                read_any = True
                for found in _posts(package, member, notes, manifest):
                    if isinstance(found, Item):
                        named.update(name for names in found.members for name in names.split("|"))
                    yield found
            elif MESSAGES.search(member) and personal:
                yield from (item._replace(as_of=manifest.as_of) for item in messages(package, member, manifest.owner))
            elif not _MEDIA.search(member):
                yield Unread(member=member, reason=_reason_of(member))
        if not read_any:
            raise InputError(
                f"{package.name} is an X archive without data/tweets.js.", "Give the folder or zip with all its parts."
            )
        yield from notes.broken
        yield from (item._replace(as_of=manifest.as_of) for item in notes.alone())
        yield from manifest.missing(package)
        for member in package.members():
            if _MEDIA.search(member) and member.rpartition("/")[2] not in named:
                yield Unread(member=member, reason="unknown: media that no post names")


def _single(package: Package) -> bool:
    return len(package.members()) == 1


def _begins(package: Package, member: str, pattern: re.Pattern[bytes]) -> bool:
    with package.open(member) as stream:
        return pattern.match(stream.read(256)) is not None


def _reason_of(member: str) -> str:
    if NOTES.search(member):
        return "envelope: long texts, joined to their posts"
    if _NO_RECORDS.search(member):
        return "no records"
    return "unknown: may hold the city's own words" if _MAY_BE_RECORDS.search(member) else "personal"


class _Manifest:
    """What the archive says about itself: whose it is, of when, and how many items each file has. All optional."""

    def __init__(self, package: Package, account: Account) -> None:
        data = _manifest_data(package)
        user, info = _object(data.get("userInfo")), _object(data.get("archiveInfo"))
        handle = str(user.get("userName") or account.handle.lstrip("@"))
        name = str(user.get("displayName") or account.name)
        self.owner = Author(name=name, handle=handle, id=str(user.get("accountId", "")), url=f"https://x.com/{handle}")
        moment = _moment(info.get("generationDate"))
        self.as_of = text_of(moment) if moment else ""
        self.counts: dict[str, str] = {}
        for kind in _object(data.get("dataTypes")).values():
            files = _object(kind).get("files")
            for file in files if isinstance(files, list) else ():
                if isinstance(file, dict) and isinstance(file.get("fileName"), str):
                    self.counts[file["fileName"]] = str(file.get("count", ""))

    def told(self, member: str) -> str:
        """How many items the manifest says a file has; "" when it says nothing."""
        return next((n for name, n in self.counts.items() if member == name or member.endswith("/" + name)), "")

    def missing(self, package: Package) -> Iterator[Unread]:
        """Files of posts that the manifest names and the download lacks."""
        for name, count in self.counts.items():
            if (_POSTS.search(name) or NOTES.search(name)) and count != "0" and package.find(name) is None:
                yield Unread(
                    member=name, reason=f"missing: the manifest speaks of {count} items, the file is not there"
                )


def _object(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _manifest_data(package: Package) -> dict[str, Any]:
    member = package.find("data/manifest.js") or package.find("manifest.js")
    if member is None:
        return {}
    try:
        with package.open(member) as stream:
            text = stream.read(_MANIFEST_ROOM)
        return _object(decode_json(text[text.index(b"=") + 1 :].rstrip(b" \r\n;")))
    except (InputError, ValueError):
        return {}


def _posts(package: Package, member: str, notes: Notes, manifest: _Manifest) -> Iterator[Item | Unread]:
    count = 0
    try:
        edited = _edited(package, member)
        with package.open(member) as stream:
            start = stream.read(1024)
        if not begins_as_json(start):
            whole = Slice(member=member, offset=0, length=package.size(member))
            yield Item(place=member, raw=whole, raw_type="text/plain", quarantined="this file is no list of posts")
            return
        with package.open(member) as stream:
            for element in elements(stream):
                count += 1
                yield _item(element, member, notes, manifest, edited)
    except InputError as error:  # a damaged entry: what came before it stays, and the other files are read
        yield Item(place=f"{member} after item {count}", raw=b"", quarantined=error.message)
    told = manifest.told(member)
    if told and told != str(count):
        yield Unread(member=member, reason=f"the manifest speaks of {told} items, the file has {count}")


def _item(element: Element, member: str, notes: Notes, manifest: _Manifest, edited: frozenset[str]) -> Item:
    place = f"{member} item {element.index + 1}"
    raw = element.raw or Slice(member=member, offset=element.offset, length=element.length)
    try:
        content, members = _content(element, member, notes, manifest.owner)
    except (InputError, KeyError, TypeError, ValueError, AttributeError) as error:
        return Item(place=place, raw=raw, quarantined=_reason(error))
    as_of = manifest.as_of
    if content.object_id in edited and content.created_at and not content.removed_at:
        as_of = text_of(content.created_at)
    return Item(place=place, raw=raw, content=content, members=members, as_of=as_of)


def _edited(package: Package, member: str) -> frozenset[str]:
    """The first ids of posts that were edited: their versions speak for the moment each was posted."""
    found: set[bytes] = set()
    with package.open(member) as stream:
        rest = b""
        while chunk := stream.read(1 << 20):
            found.update(_FIRST_ID.findall(rest + chunk))
            rest = chunk[-100:]
    return frozenset(each.decode() for each in found)


def _reason(error: Exception) -> str:
    if isinstance(error, InputError):
        return error.message
    return f"not a post as X writes them ({type(error).__name__}: {error})"


def _content(element: Element, member: str, notes: Notes, owner: Author) -> tuple[Content, tuple[str, ...]]:
    value, doubts = decode_flagged(element)
    if not isinstance(value, dict):
        raise InputError("an item that is no object")
    post = value.get("tweet", value)
    identity, date = str(post["id_str"]), str(post.get("created_at") or "")
    created, removed = _moment(date), _moment(post.get("deleted_at"))
    edit = _object(post.get("edit_info")).get("edit")
    raw_text, entities = str(post.get("full_text", "")), _object(post.get("entities"))
    text, tags, repairs = _public_text(post, raw_text, created, notes)
    media, members = _media(post, identity)
    parent = str(post.get("in_reply_to_status_id_str") or post.get("in_reply_to_status_id") or "")
    gone = removed or "deleted" in member.rpartition("/")[2]
    content = Content(
        platform="x",
        object_id=str(edit["initialTweetId"]) if edit else identity,
        kind=_kind(raw_text, parent),
        parent_id=parent,
        author=owner,
        created_at=created,
        created_at_raw=date,
        edited_at=created if edit else None,
        removed_at=removed,
        text=text,
        text_raw=raw_text if text != raw_text else "",
        lang=str(post.get("lang") or ""),
        media=media,
        links=tuple(str(url["expanded_url"]) for url in entities.get("urls", ()) if url.get("expanded_url")),
        tags=tags,
        state=State.DELETED if gone else State.EDITED if edit else State.LIVE,
        permalink=f"https://x.com/{owner.handle}/status/{identity}",
        flags=(*date_flags(created, date), *doubts),
        repairs=repairs,
        metrics={name: str(post[name]) for name in ("favorite_count", "retweet_count") if name in post},
        extra=settled({name: part for name, part in post.items() if name not in _UNDERSTOOD}),
    )
    return content, members


def _kind(text: str, parent: str) -> Kind:
    if text.startswith("RT @"):
        return Kind.REPOST
    return Kind.REPLY if parent else Kind.POST


def _moment(raw: object) -> datetime | None:
    """`Tue Mar 12 10:22:38 +0000 2024`, or RFC 3339 in newer files."""
    text = str(raw or "")
    try:
        plain = _DATE.fullmatch(text)
        if plain is not None:
            month, day, hour, minute, second, year = plain.groups()
            return datetime(int(year), _MONTHS[month], int(day), int(hour), int(minute), int(second), tzinfo=UTC)
        if text[:1].isdigit():
            return moment_of(text)
        return datetime.strptime(text, "%a %b %d %H:%M:%S %z %Y").astimezone(UTC)
    except (ValueError, OverflowError, KeyError):
        return None


def _public_text(
    post: dict[str, Any], raw: str, created: datetime | None, notes: Notes
) -> tuple[str, tuple[str, ...], tuple[str, ...]]:
    """The text as the public saw it (entities decoded, short links spelled out, long posts whole), tags, repairs."""
    repairs = []
    entities = _object(post.get("entities"))
    tags = {str(tag["text"]): None for tag in entities.get("hashtags", ()) if tag.get("text")}
    text = html.unescape(raw)
    if text != raw:
        repairs.append("html-entities")
    note = notes.for_post(text, created)
    if note is not None:
        text, note.joined = note.text, True
        tags.update(dict.fromkeys(note.hashtags))
        repairs.append("long-text-joined")
    for url in entities.get("urls", ()):
        if url.get("url") and url.get("expanded_url"):
            text = text.replace(str(url["url"]), str(url["expanded_url"]))
    for media in _listed_media(post):
        text = text.replace(str(media.get("url") or "\0"), "")
    return text.strip(), tuple(tags), tuple(repairs)


def _listed_media(post: dict[str, Any]) -> list[dict[str, Any]]:
    listed = _object(post.get("extended_entities")).get("media") or _object(post.get("entities")).get("media") or []
    return [entry for entry in listed if isinstance(entry, dict)]


def _media(post: dict[str, Any], identity: str) -> tuple[tuple[Media, ...], tuple[str, ...]]:
    """Media, and the names their files may have in whichever media folder: of a film, one of its sizes is kept."""
    found, members = [], []
    for entry in _listed_media(post):
        variants = _object(entry.get("video_info")).get("variants") or ()
        urls = [str(each["url"]) for each in variants if "mp4" in str(each.get("content_type"))]
        address = urls[-1] if urls else str(entry.get("media_url_https") or entry.get("media_url") or "")
        names = [f"{identity}-{url.split('?')[0].rpartition('/')[2]}" for url in urls or [address]]
        kind, alt = _MEDIA_KINDS.get(str(entry.get("type")), "file"), str(entry.get("ext_alt_text") or "")
        found.append(Media(uri=address, kind=kind, name=names[0], alt=alt))
        members.append("|".join(names))
    return tuple(found), tuple(members)
