"""X (Twitter): the archive an account's owner downloads, as a folder or a zip.

    window.YTD.tweets.part0 = [ {"tweet": {"id_str": "176...", "created_at": "Tue Mar 12 10:22:38 +0000 2024",
      "full_text": "Open &amp; free https://t.co/abc", "in_reply_to_status_id_str": "...",
      "entities": {"urls": [{"url": "https://t.co/abc", "expanded_url": "https://..."}]},
      "extended_entities": {"media": [{"media_url_https": "https://pbs.twimg.com/media/G.jpg", "type": "photo"}]},
      "edit_info": {"edit": {"initialTweetId": "175...", "editControlInitial": {"editTweetIds": [...]}}}}} ]

It holds what the account wrote, its own deletions of the last 14 days, and nothing the public wrote. Every edit is a
row of its own with an id of its own; here they are versions of one record, the first id's. Long posts stand cut in
`tweets.js` and whole in `note-tweet.js`, under an id that is no post's: they are joined by time and beginning.
"""

import html
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from archiver.json_stream import Element, decode, elements
from archiver.normalized import decode_json
from archiver.platforms.reader import Item, Package, Slice, Unread
from custody.account import Account
from custody.clock import moment_of, text_of
from custody.errors import InputError
from custody.record import Author, Content, Kind, Media, State

_POSTS = re.compile(r"(?:^|/)(tweets?|deleted-tweets?|community-tweets?)(?:-part\d+)?\.js$")
_NOTES = re.compile(r"(?:^|/)note-tweets?(?:-part\d+)?\.js$")
_NO_RECORDS = re.compile(
    r"(?:^|/)(tweet-headers|deleted-tweet-headers|manifest|account|profile|README)[^/]*\.(js|txt)$"
)
_MEDIA = re.compile(r"(?:^|/)\w*(tweets?|community_tweet|moments|profile)_media/")
_BEGINNING = re.compile(rb"\s*window\.(YTD\.|__THAR_CONFIG)")
_FIRST_ID = re.compile(rb'"initialTweetId"\s*:\s*"(\d+)"')
_NOTE_WINDOW = 2
_MEDIA_KINDS = {"photo": "image", "video": "video", "animated_gif": "video"}
_UNDERSTOOD = frozenset(
    ["id", "id_str", "created_at", "full_text", "lang", "in_reply_to_status_id", "in_reply_to_status_id_str"]
    + ["entities", "extended_entities", "edit_info", "favorite_count", "retweet_count", "deleted_at"]
    + ["display_text_range"]
)


class XTwitter:
    """The X archive."""

    name = "x"
    title = "X (Twitter) archive"

    def recognises(self, package: Package) -> bool:
        """Whether a member begins as X's archive files do."""
        for member in package.members():
            if member.endswith(".js") and (_POSTS.search(member) or member.endswith("manifest.js") or _single(package)):
                with package.open(member) as stream:
                    if _BEGINNING.match(stream.read(256)):
                        return True
        return False

    def read(self, package: Package, account: Account, personal: bool) -> Iterator[Item | Unread]:
        """Every post, deleted post and community post, in the archive's own order."""
        manifest = _manifest(package)
        as_of = _generated(manifest)
        owner = _owner(manifest, account)
        notes = list(_notes(package))
        read_any = False
        for member in package.members():
            if _POSTS.search(member) or (_single(package) and member.endswith(".js")):
                read_any = True
                yield from _posts(package, member, owner, notes, as_of, manifest)
            elif _NOTES.search(member):
                yield Unread(member=member, reason="envelope: long texts, joined to their posts")
            elif not _MEDIA.search(member):
                reason = "no records" if _NO_RECORDS.search(member) else "personal, or not the city's posts"
                yield Unread(member=member, reason=reason)
        if not read_any:
            raise InputError(
                f"{package.name} is an X archive without data/tweets.js.", "Give the folder or zip with all its parts."
            )


def _single(package: Package) -> bool:
    return len(package.members()) == 1


def _manifest(package: Package) -> dict[str, Any]:
    member = package.find("data/manifest.js") or package.find("manifest.js")
    if member is None:
        return {}
    with package.open(member) as stream:
        text = stream.read(4 * 1024 * 1024)
    try:
        value = decode_json(text[text.index(b"=") + 1 :])
    except (InputError, ValueError):
        return {}
    return value if isinstance(value, dict) else {}


def _generated(manifest: dict[str, Any]) -> str:
    raw = str(manifest.get("archiveInfo", {}).get("generationDate", ""))
    try:
        return text_of(moment_of(raw.replace("Z", "+00:00")))
    except ValueError:
        return ""


def _owner(manifest: dict[str, Any], account: Account) -> Author:
    user = manifest.get("userInfo", {})
    handle = str(user.get("userName", "")) or account.handle
    name = str(user.get("displayName", "")) or account.name
    return Author(name=name, handle=handle, id=str(user.get("accountId", "")), url=f"https://x.com/{handle}")


def _posts(
    package: Package,
    member: str,
    owner: Author,
    notes: list["_Note"],
    as_of: str,
    manifest: dict[str, Any],
) -> Iterator[Item | Unread]:
    folder = _media_folder(member)
    edited = _edited(package, member)
    count = 0
    with package.open(member) as stream:
        for element in elements(stream):
            count += 1
            place = f"{member} item {element.index + 1}"
            raw = element.raw or Slice(member=member, offset=element.offset, length=element.length)
            try:
                content, members = _content(element, owner, notes, folder)
            except (InputError, KeyError, TypeError, ValueError, AttributeError) as error:
                yield Item(place=place, raw=raw, quarantined=_reason(error))
                continue
            own = as_of
            if content.object_id in edited and content.created_at and not content.removed_at:
                own = text_of(content.created_at)
            yield Item(place=place, raw=raw, content=content, members=members, as_of=own)
    told = _told_count(manifest, member)
    if told is not None and told != count:
        yield Unread(member=member, reason=f"the manifest speaks of {told} items, the file has {count}")


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


def _told_count(manifest: dict[str, Any], member: str) -> int | None:
    for kind in manifest.get("dataTypes", {}).values():
        for file in kind.get("files", ()):
            if member == file.get("fileName") or member.endswith("/" + str(file.get("fileName"))):
                return int(file.get("count", 0))
    return None


def _media_folder(member: str) -> str:
    if "deleted" in member:
        return "deleted_tweets_media"
    return "community_tweet_media" if "community" in member else "tweets_media"


def _content(element: Element, owner: Author, notes: list["_Note"], folder: str) -> tuple[Content, tuple[str, ...]]:
    value = decode(element)
    if not isinstance(value, dict):
        raise InputError("an item that is no object")
    post = value.get("tweet", value)
    identity, created = str(post["id_str"]), _moment(post.get("created_at", ""))
    edit = post.get("edit_info", {}).get("edit")
    first = str(edit["initialTweetId"]) if edit else identity
    raw_text = str(post.get("full_text", ""))
    text, repairs = _public_text(post, raw_text, created, notes)
    removed = _moment(post.get("deleted_at", ""))
    media, members = _media(post, identity, folder)
    parent = str(post.get("in_reply_to_status_id_str") or "")
    hashtags = post.get("entities", {}).get("hashtags", ())
    content = Content(
        platform="x",
        object_id=first,
        kind=_kind(raw_text, parent),
        parent_id=parent,
        author=owner,
        created_at=created,
        created_at_raw=str(post.get("created_at", "")),
        edited_at=created if edit else None,
        removed_at=removed,
        text=text,
        text_raw=raw_text if text != raw_text else "",
        lang=str(post.get("lang", "")),
        media=media,
        links=tuple(str(url.get("expanded_url", "")) for url in post.get("entities", {}).get("urls", ())),
        tags=tuple(str(tag.get("text", "")) for tag in hashtags if tag.get("text")),
        state=State.DELETED if removed or "deleted" in folder else State.EDITED if edit else State.LIVE,
        permalink=f"https://x.com/{owner.handle}/status/{identity}",
        flags=("date-missing",) if created is None else (),
        repairs=repairs,
        metrics={name: str(post[name]) for name in ("favorite_count", "retweet_count") if name in post},
        extra={name: part for name, part in post.items() if name not in _UNDERSTOOD},
    )
    return content, members


def _kind(text: str, parent: str) -> Kind:
    if text.startswith("RT @"):
        return Kind.REPOST
    return Kind.REPLY if parent else Kind.POST


def _moment(raw: object) -> datetime | None:
    """`Tue Mar 12 10:22:38 +0000 2024`, or RFC 3339 in newer files."""
    text = str(raw or "")
    if not text:
        return None
    try:
        if text[:1].isdigit():
            return moment_of(text.replace("Z", "+00:00"))
        return datetime.strptime(text, "%a %b %d %H:%M:%S %z %Y").astimezone(UTC)
    except ValueError:
        return None


def _public_text(
    post: dict[str, Any], raw: str, created: datetime | None, notes: list["_Note"]
) -> tuple[str, tuple[str, ...]]:
    """The text as the public saw it: entities decoded, short links spelled out, long posts whole."""
    repairs = []
    text = html.unescape(raw)
    if text != raw:
        repairs.append("html-entities")
    note = _note_for(text, created, notes) if notes else None
    if note is not None:
        text = note.text
        repairs.append("long-text-joined")
    for url in post.get("entities", {}).get("urls", ()):
        if url.get("url") and url.get("expanded_url"):
            text = text.replace(str(url["url"]), str(url["expanded_url"]))
    for media in post.get("extended_entities", {}).get("media", ()):
        text = text.replace(str(media.get("url") or "\0"), "")
    return text.strip(), tuple(repairs)


def _media(post: dict[str, Any], identity: str, folder: str) -> tuple[tuple[Media, ...], tuple[str, ...]]:
    listed = post.get("extended_entities", {}).get("media") or post.get("entities", {}).get("media") or ()
    found, members = [], []
    for entry in listed:
        kind = _MEDIA_KINDS.get(str(entry.get("type")), "file")
        variants = entry.get("video_info", {}).get("variants", ())
        urls = [str(each["url"]) for each in variants if "mp4" in str(each.get("content_type"))]
        address = urls[-1] if urls else str(entry.get("media_url_https", ""))
        alt = str(entry.get("ext_alt_text") or "")
        names = [f"{folder}/{identity}-{url.split('?')[0].rpartition('/')[2]}" for url in urls or [address]]
        found.append(Media(uri=address, kind=kind, name=names[0].rpartition("/")[2], alt=alt))
        members.append("|".join(names))
    return tuple(found), tuple(members)


class _Note:
    __slots__ = ("moment", "text")

    def __init__(self, moment: datetime, text: str) -> None:
        self.moment = moment
        self.text = text


def _notes(package: Package) -> Iterator[_Note]:
    """`{"noteTweet": {"createdAt": "2026-...Z", "core": {"text": "..."}}}`"""
    for member in package.members():
        if not _NOTES.search(member):
            continue
        with package.open(member) as stream:
            for element in elements(stream):
                try:
                    value: Any = decode(element)
                    note = value["noteTweet"]
                    moment = _moment(note["createdAt"])
                    if moment is not None:
                        yield _Note(moment, str(note["core"]["text"]))
                except (InputError, KeyError, TypeError):
                    continue


def _note_for(text: str, created: datetime | None, notes: list[_Note]) -> _Note | None:
    beginning = re.sub(r"[\s…]*(https://t\.co/\w+)?$", "", text)[:200]
    for note in notes:
        near = created is not None and abs((note.moment - created).total_seconds()) <= _NOTE_WINDOW
        if near and len(note.text) > len(beginning) and note.text.startswith(beginning[:80]):
            return note
    return None
