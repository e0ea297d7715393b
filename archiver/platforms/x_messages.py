"""X's direct messages, taken in only when they are asked for. A conversation is cut into its messages.

{"dmConversation": {"conversationId": "1-2", "messages": [{"messageCreate": {"id": "9", "senderId": "1",
  "recipientId": "2", "createdAt": "2024-03-12T10:22:38.000Z", "text": "...", "mediaUrls": ["https://..."],
  "urls": [{"url": "https://t.co/a", "expanded": "https://..."}], "reactions": []}}, {"joinConversation": {}}]}}
"""

import html
import io
import re
from collections.abc import Iterator
from typing import Any

from archiver.json_stream import decode_flagged, elements
from archiver.lenient_json import settled
from archiver.platforms.dates import date_flags
from archiver.platforms.reader import Item, Package, Slice
from custody.clock import moment_of
from custody.errors import InputError
from custody.record import Author, Content, Kind, Media, Visibility

MESSAGES = re.compile(r"(?:^|/)direct-messages?(-group)?(?:-part\d+)?\.js$")
_UNDERSTOOD = frozenset(["id", "senderId", "createdAt", "text", "mediaUrls", "urls"])


def messages(package: Package, member: str, owner: Author) -> Iterator[Item]:
    """Every message of one file; what happened to a conversation (somebody joined) is no message, and is counted."""
    place = member
    try:
        with package.open(member) as stream:
            for element in elements(stream):
                place = f"{member} item {element.index + 1}"
                raw = element.raw or Slice(member=member, offset=element.offset, length=element.length)
                try:
                    value: Any = decode_flagged(element)[0]
                    thread = str(value["dmConversation"]["conversationId"])
                except (InputError, KeyError, TypeError) as error:
                    reason = error.message if isinstance(error, InputError) else "not a conversation as X writes them"
                    yield Item(place=place, raw=raw, quarantined=reason)
                    continue
                yield from _conversation(element.raw or b"", thread, place, owner)
    except InputError as error:
        yield Item(place=f"{member} after {place}", raw=b"", quarantined=error.message)


def _conversation(raw: bytes, thread: str, above: str, owner: Author) -> Iterator[Item]:
    for element in elements(io.BytesIO(raw), 3):
        if element.key != "messages":
            continue
        place, own = f"{above} message {element.index + 1}", element.raw or b""
        try:
            value, flags = decode_flagged(element)
            if not isinstance(value, dict) or not isinstance(value.get("messageCreate"), dict):
                yield Item(place=place, raw=own, excluded="an event of the conversation, no message")
                continue
            yield _message(value["messageCreate"], flags, thread, place, own, owner)
        except (InputError, KeyError, TypeError, ValueError, AttributeError) as error:
            reason = error.message if isinstance(error, InputError) else "not a message as X writes them"
            yield Item(place=place, raw=own, quarantined=reason)


def _message(value: dict[str, Any], flags: tuple[str, ...], thread: str, place: str, raw: bytes, owner: Author) -> Item:
    identity, sender, date = str(value["id"]), str(value.get("senderId", "")), str(value.get("createdAt", ""))
    try:
        created = moment_of(date)
    except ValueError:
        created = None
    raw_text = str(value.get("text", ""))
    text = html.unescape(raw_text)
    links = [(str(url.get("url", "")), str(url.get("expanded", ""))) for url in value.get("urls") or ()]
    for short, long in links:
        text = text.replace(short, long) if short and long else text
    addresses = [str(url) for url in value.get("mediaUrls") or ()]
    names = [f"{identity}-{url.split('?')[0].rpartition('/')[2]}" for url in addresses]
    content = Content(
        platform="x",
        object_id=identity,
        kind=Kind.MESSAGE,
        root_id=thread,
        author=owner if sender == owner.id else Author(id=sender),
        created_at=created,
        created_at_raw=date,
        text=text,
        text_raw=raw_text if text != raw_text else "",
        media=tuple(Media(uri=url, name=name) for url, name in zip(addresses, names, strict=True)),
        links=tuple(long for _, long in links if long),
        visibility=Visibility.PRIVATE,
        flags=(*date_flags(created, date), *flags),
        extra=settled({name: part for name, part in value.items() if name not in _UNDERSTOOD and part}),
    )
    return Item(place=place, raw=raw, content=content, members=tuple(names))
