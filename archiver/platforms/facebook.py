"""Facebook: the download of a Page (or of a person's profile), as JSON.

    [{"timestamp": 1700000000, "title": "City of X updated its status.",
      "data": [{"post": "Caf\\u00c3\\u00a9 opens"}, {"update_timestamp": 1700000300}],
      "attachments": [{"data": [{"media": {"uri": ".../posts/media/Fest_111/a01.jpg"}},
                                {"external_context": {"url": "https://..."}}]}]}]
    {"comments_v2": [{"timestamp": 1700000100, "title": "City of X replied to Jane Doe's comment.",
      "data": [{"comment": {"timestamp": 1700000100, "comment": "Thanks", "author": "City of X"}}]}]}

Files are found by their last name, for the folders above them are localised and change by the year; one of an unknown
name is read when posts stand in it. What one item means is `facebook_items.py`'s. There are no ids, no links and no
parents, and what residents wrote is not in it, but for what they posted on the Page's timeline in older downloads.
"""

import io
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from archiver.json_stream import LARGEST, Element, begins_as_json, decode_flagged, elements
from archiver.lenient_json import decode_leniently
from archiver.platforms.facebook_items import Identities, Role, album_name, album_of, content_of_item
from archiver.platforms.mojibake import mend
from archiver.platforms.reader import Item, Package, Slice, Unread
from custody.account import Account
from custody.clock import text_of
from custody.errors import InputError
from custody.record import State, Visibility

_ROLES = (
    (Role.MESSAGES, re.compile(r"messages/.*/message_\d+\.json$")),
    (Role.COMMENTS, re.compile(r"(?:^|comments(?:_and_reactions)?/)comments(?:_\d+)?\.json$")),
    (Role.MEDIA, re.compile(r"(?:posts/album/[^/]+|(?:^|/)(?:your_)?(?:uncategorized_photos|videos)[_\d]*)\.json$")),
    (Role.VISITORS, re.compile(r"(?:^|/)other_people.?s_posts_to_your_timeline\.json$")),
    (Role.EVENTS, re.compile(r"(?:^|/)(?:your_)?events(?:_you_hosted)?\.json$")),
    (Role.POSTS, re.compile(r"(?:^|/)(?:profile_posts|your_posts)[^/]*\.json$|posts/(?:archive|trash)\.json$")),
)  # fmt: skip
_ALBUM = re.compile(r"posts/album/[^/]+\.json$")
_PERSONAL = re.compile(
    r"(?:^|/)(?:messages|connections|logged_information|security_[^/]*|personal_information|preferences|ads_[^/]*"
    r"|apps_and_websites[^/]*|payments|facebook_payments|search|location|saved_items[^/]*)/"
)
_NO_RECORDS = re.compile(r"(?:likes_and_reactions|post_reactions)[^/]*\.json$|\.html$")
_PICTURE = re.compile(r"\.(?:jpe?g|png|gif|webp|mp4|mov|m4v|mp3|pdf)$", re.IGNORECASE)
_SHAPE = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*(?:\[\s*\{\s*\"(?:timestamp|attachments|data|title|tags|media|label_values|fbid)\"\s*:"
    rb"|\{\s*\"(?:comments(?:_v2)?|videos_v2|status_updates|other_photos_v2|your_events_v2|wall_posts_sent_to_you)\"\s*:)"
)
_HOLDS_POSTS = re.compile(rb'"data"\s*:\s*\[\s*\{\s*"post"\s*:')
_HTML_POSTS = re.compile(
    r"(?:^|/)(?:your_posts|profile_posts|posts)[^/]*\.html$|facebook[^/]*/.*\.html$", re.IGNORECASE
)
_DATED_NAME = re.compile(r"facebook-.*?(20\d\d)-(\d\d?)-(\d\d?)(?!\d)")
# From memory, harmless if wrong: archived posts are hidden from the public, those in the trash are deleted.
_STATES = {"archive.json": State.HIDDEN, "trash.json": State.DELETED}
_PEEK = 65536


class Facebook:
    """The JSON download of a Facebook Page."""

    name = "facebook"
    title = "Facebook download (JSON)"

    def recognises(self, package: Package) -> bool:
        """Whether it holds a posts or comments file in one of Facebook's shapes."""
        for member in package.members():
            if _role(member) in (Role.POSTS, Role.COMMENTS, Role.VISITORS) or len(package.members()) == 1:
                start = _start(package, member)
                if _SHAPE.match(start) and (b"timestamp" in start or b"label_values" in start):
                    return True
        return _is_html_download(package)

    def read(self, package: Package, account: Account, personal: bool) -> Iterator[Item | Unread]:
        """Posts, the Page's own comments, albums, videos and events, file by file."""
        if _is_html_download(package):
            raise InputError(
                f"{package.name} is a Facebook download in HTML, which cannot be kept faithfully.",
                "Request the download again and choose the format JSON. Nothing was changed.",
            )
        roles = {member: _role(member) or _role_by_content(package, member) for member in package.members()}
        as_of = _day_of(package)
        ids = Identities(account)
        for member, role in roles.items():
            if role in (Role.POSTS, Role.VISITORS, Role.COMMENTS):
                _notice(package, member, role, ids)
        for member, role in roles.items():
            if role is None or (role is Role.MESSAGES and not personal):
                if role or not _PICTURE.search(member):
                    yield Unread(member=member, reason=_reason_of(member))
                continue
            for item in _file(package, member, role, ids, account):
                yield item._replace(as_of=as_of) if as_of else item


def _role(member: str) -> Role | None:
    return next((role for role, pattern in _ROLES if pattern.search(member)), None)


def _role_by_content(package: Package, member: str) -> Role | None:
    """Posts in a file whose name we do not know: a single file, or one of a name in another language."""
    if _PERSONAL.search(member) or _NO_RECORDS.search(member) or _PICTURE.search(member):
        return None
    single = len(package.members()) == 1
    if not single and not member.lower().endswith(".json"):
        return None
    start = _start(package, member)
    if b'"comments_v2"' in start[:256]:
        return Role.COMMENTS
    labelled = "/posts/" in f"/{member}" and b'"label_values"' in start and "edits" not in member
    return Role.POSTS if single or labelled or (_SHAPE.match(start) and _HOLDS_POSTS.search(start)) else None


def _start(package: Package, member: str) -> bytes:
    try:
        with package.open(member) as stream:
            return stream.read(_PEEK)
    except InputError:  # told when the file is read
        return b""


def _is_html_download(package: Package) -> bool:
    members = package.members()
    return not any(_role(member) for member in members) and any(_HTML_POSTS.search(member) for member in members)


def _reason_of(member: str) -> str:
    if _PERSONAL.search(member):
        return "personal: messages" if "messages/" in member else "personal"
    return "no records" if _NO_RECORDS.search(member) else "unknown"


def _day_of(package: Package) -> str:
    """The day the download speaks for, which stands in its name: `facebook-maplefalls-2025-3-20-Ab1Cd2`."""
    names = [package.name.rstrip("/").rpartition("/")[2], package.members()[0].partition("/")[0]]
    for found in map(_DATED_NAME.search, names):
        if found:
            try:
                return text_of(datetime(*map(int, found.groups()), tzinfo=UTC))  # type: ignore[misc, arg-type]
            except ValueError:
                continue
    return ""


def _notice(package: Package, member: str, role: Role, ids: Identities) -> None:
    ids.begin_file()
    try:
        with package.open(member) as stream:
            for element in elements(stream, 3):
                try:
                    ids.notice(decode_flagged(element)[0], element.raw, role)
                except InputError:  # quarantined when it is read
                    continue
    except InputError:  # told when the file is read
        return


def _file(package: Package, member: str, role: Role, ids: Identities, account: Account) -> Iterator[Item]:
    ids.begin_file()
    if not begins_as_json(_start(package, member)):
        whole = Slice(member=member, offset=0, length=package.size(member))
        yield Item(place=member, raw=whole, raw_type="text/plain", quarantined="this file is no JSON")
        return
    group = ""
    if role is Role.MESSAGES:
        group = member.rpartition("/")[0].rpartition("/")[2]
    elif _ALBUM.search(member):
        group, own = _album(package, member, ids, account)
        yield own
    state, last = _STATES.get(member.rpartition("/")[2]), 0
    try:
        with package.open(member) as stream:
            for element in elements(stream, 3 if role is Role.VISITORS else 2):
                if role is Role.MESSAGES and element.key != "messages":
                    continue
                last += 1
                item = _item(element, member, last, role, ids, account, group)
                if state and item.content:
                    content = replace(item.content, state=state, visibility=Visibility.HIDDEN)
                    item = item._replace(content=content)
                yield item
    except InputError as error:  # a damaged entry: what came before it stays, and the other files are read
        yield Item(place=f"{member} after item {last}", raw=b"", quarantined=error.message)


def _item(element: Element, member: str, n: int, role: Role, ids: Identities, account: Account, group: str) -> Item:
    place = f"{member} item {n}"
    raw = element.raw or Slice(member=member, offset=element.offset, length=element.length)
    try:
        value, doubts = decode_flagged(element)
        plain = element.raw is not None and b"\\u00" not in element.raw and element.raw.isascii()
        good = value if plain else mend(value)
        content, members = content_of_item(value, good, doubts, role, ids, account, group)
    except InputError as error:
        return Item(place=place, raw=raw, quarantined=error.message)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        return Item(place=place, raw=raw, quarantined=f"not as Facebook writes it ({error})")
    if content is None:
        return Item(place=place, raw=raw, excluded="no text, picture or link: a note of Facebook's own")
    return Item(place=place, raw=raw, content=content, members=members)


def _album(package: Package, member: str, ids: Identities, account: Account) -> tuple[str, Item]:
    """The album's name, and its own words as an item whose raw bytes are the file's without the photos."""
    place = f"{member} album"
    try:
        with package.open(member) as stream:
            data = stream.read(LARGEST + 1)
        if len(data) > LARGEST:
            whole = Slice(member=member, offset=0, length=package.size(member))
            return "", Item(place=place, raw=whole, quarantined="an album's file too large to be read at once")
        photos = [each for each in elements(io.BytesIO(data)) if each.key == "photos"]
        if photos:
            data = data[: photos[0].offset] + data[photos[-1].offset + photos[-1].length :]
        value: Any
        value, doubts = decode_leniently(data)
        content = album_of(value, doubts, ids, account)
    except (InputError, KeyError, TypeError, ValueError, AttributeError) as error:
        reason = error.message if isinstance(error, InputError) else f"not as Facebook writes it ({error})"
        return "", Item(place=place, raw=b"", quarantined=reason)
    if content is None:
        return album_name(value), Item(place=place, raw=data, excluded="an album's name alone; its photos carry it")
    return album_name(value), Item(place=place, raw=data, content=content)
