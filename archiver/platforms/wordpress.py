"""WordPress: the export file (Tools, Export; WXR), with posts, pages and everything people commented.

    <item><title>Hello</title><link>https://.../hello/</link><dc:creator>clerk</dc:creator>
      <content:encoded><![CDATA[<p>...</p>]]></content:encoded><wp:post_id>1</wp:post_id>
      <wp:post_date_gmt>2019-01-01 16:00:00</wp:post_date_gmt><wp:status>publish</wp:status>
      <wp:comment><wp:comment_id>7</wp:comment_id><wp:comment_author>Jane</wp:comment_author>
        <wp:comment_content>...</wp:comment_content><wp:comment_approved>1</wp:comment_approved>
        <wp:comment_parent>0</wp:comment_parent></wp:comment></item>

A post's raw bytes are its `<item>` without its comments; each comment's are its own `<wp:comment>`. So a comment can
one day be destroyed without a trace of it staying in its post.
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime

from archiver.html_text import plain
from archiver.platforms.reader import Item, Package, Unread
from archiver.xml_stream import Node, Slice, elements
from custody.account import Account
from custody.errors import InputError
from custody.record import Author, Content, IdOrigin, Kind, Media, State, Visibility

_WXR = re.compile(rb"wordpress\.org/export/1\.\d")
_NO_RECORDS = frozenset(["nav_menu_item", "customize_changeset", "custom_css", "wp_global_styles", "oembed_cache"])
_STATUS = {
    "publish": (Visibility.PUBLIC, State.LIVE),
    "inherit": (Visibility.PUBLIC, State.LIVE),
    "private": (Visibility.PRIVATE, State.LIVE),
    "draft": (Visibility.PRIVATE, State.LIVE),
    "pending": (Visibility.PRIVATE, State.LIVE),
    "future": (Visibility.PRIVATE, State.LIVE),
    "trash": (Visibility.PRIVATE, State.DELETED),
}
_APPROVED = {
    "1": (Visibility.PUBLIC, State.LIVE),
    "0": (Visibility.HELD, State.LIVE),
    "spam": (Visibility.SPAM, State.LIVE),
    "trash": (Visibility.HIDDEN, State.DELETED),
    "post-trashed": (Visibility.HIDDEN, State.DELETED),
}
_PERSONAL = "personal: e-mail and network addresses of people who commented"


class WordPress:
    """The WordPress export file (WXR 1.0 to 1.2)."""

    name = "wordpress"
    title = "WordPress export (WXR)"

    def recognises(self, package: Package) -> bool:
        """Whether a member names WordPress's export namespace."""
        return any(_is_wxr(package, member) for member in package.members() if _may_be(package, member))

    def read(self, package: Package, account: Account, personal: bool) -> Iterator[Item | Unread]:
        """Every item and every comment, in the file's order."""
        read_any = False
        for member in package.members():
            if _may_be(package, member) and _is_wxr(package, member):
                read_any = True
                yield from _items(package, member, personal)
            else:
                yield Unread(member=member, reason="unknown")
        if not read_any:
            raise InputError(f"{package.name} is no WordPress export.", "Export it under Tools, Export, All content.")


def _may_be(package: Package, member: str) -> bool:
    return member.lower().endswith(".xml") or len(package.members()) == 1


def _is_wxr(package: Package, member: str) -> bool:
    with package.open(member) as stream:
        return bool(_WXR.search(stream.read(65536)))


def _items(package: Package, member: str, personal: bool) -> Iterator[Item | Unread]:
    left_out = False
    with package.open(member) as stream:
        for number, found in enumerate(elements(stream, "item"), 1):
            place = f"{member} item {number}"
            comments = found.node.all("comment")
            yield _item(found, place, comments)
            identity = _identity(found.node)
            for index, comment in enumerate(comments, 1):
                raw = found.raw[comment.start - found.node.start : _end(found, comment)]
                yield _comment(comment, raw, f"{place} comment {index}", identity, found.node.value("link"), personal)
                left_out = left_out or bool(comment.value("comment_author_email")) and not personal
    if left_out:
        yield Unread(member=member, reason=_PERSONAL)


def _identity(node: Node) -> str:
    """The post's number; old and hand-made exports have none, and there the guid or the link stands for it."""
    return node.value("post_id") or node.value("guid") or node.value("link")


def _end(found: Slice, node: Node) -> int:
    return found.raw.find(b">", node.end - found.node.start) + 1


def _without(found: Slice, comments: list[Node]) -> bytes:
    pieces, place = [], 0
    for comment in comments:
        pieces.append(found.raw[place : comment.start - found.node.start])
        place = _end(found, comment)
    return b"".join([*pieces, found.raw[place:]])


def _item(found: Slice, place: str, comments: list[Node]) -> Item:
    node, raw = found.node, _without(found, comments)
    kind, identity = node.value("post_type"), _identity(node)
    if kind in _NO_RECORDS:
        return Item(
            place=place, raw=raw, raw_type="application/xml", excluded=f"{kind}: a part of the site's furniture"
        )
    if not identity:
        return Item(place=place, raw=raw, raw_type="application/xml", quarantined="an item without id, guid or link")
    markup = node.value("encoded", "/content/")
    page = plain(markup, keep_lines=True)
    attachment = node.value("attachment_url")
    media = tuple(
        Media(uri=uri, name=uri.rpartition("/")[2])
        for uri in ([attachment] if attachment else [each.address for each in page.embedded])
    )
    visibility, state = _STATUS.get(node.value("status"), (Visibility.UNKNOWN, State.LIVE))
    if node.value("post_password"):
        visibility = Visibility.PRIVATE
    created, raw_date = _moment(node.value("post_date_gmt")), node.value("post_date_gmt")
    edited = _moment(node.value("post_modified_gmt"))
    content = Content(
        platform="wordpress",
        object_id=f"post:{identity}",
        id_origin=IdOrigin.NATIVE if node.value("post_id") else IdOrigin.DERIVED,
        kind={"page": Kind.PAGE, "attachment": Kind.MEDIA}.get(kind, Kind.POST),
        parent_id=f"post:{parent}" if (parent := node.value("post_parent")) not in ("", "0") else "",
        author=Author(name=node.value("creator"), handle=node.value("creator")),
        created_at=created or _moment(node.value("post_date")),
        created_at_raw=raw_date,
        edited_at=edited if edited != created else None,
        title=node.value("title"),
        text=page.text,
        text_raw=markup,
        text_format="html",
        media=media,
        links=page.links,
        tags=tuple(each.text.strip() for each in node.all("category")),
        visibility=visibility,
        state=state,
        permalink=node.value("link"),
        flags=() if created else ("date-missing",),
        extra={"wp:post_type": kind, "wp:status": node.value("status"), "excerpt": node.value("encoded", "/excerpt/")},
    )
    return Item(place=place, raw=raw, raw_type="application/xml", content=content, members=("",) * len(media))


def _comment(node: Node, raw: bytes, place: str, post: str, link: str, personal: bool) -> Item:
    identity = node.value("comment_id")
    if not identity:
        return Item(place=place, raw=raw, raw_type="application/xml", quarantined="a comment without wp:comment_id")
    parent = node.value("comment_parent")
    visibility, state = _APPROVED.get(node.value("comment_approved"), (Visibility.UNKNOWN, State.LIVE))
    kind = node.value("comment_type")
    created = _moment(node.value("comment_date_gmt"))
    markup = node.value("comment_content")
    page = plain(markup, keep_lines=True)
    private = {"email": node.value("comment_author_email"), "network_address": node.value("comment_author_IP")}
    content = Content(
        platform="wordpress",
        object_id=f"comment:{identity}",
        kind=Kind.REPLY if parent not in ("", "0") else Kind.COMMENT,
        parent_id=f"comment:{parent}" if parent not in ("", "0") else f"post:{post}",
        root_id=f"post:{post}",
        author=Author(name=node.value("comment_author"), url=node.value("comment_author_url")),
        created_at=created or _moment(node.value("comment_date")),
        created_at_raw=node.value("comment_date_gmt"),
        text=page.text,
        text_raw=markup if markup != page.text else "",
        text_format="html" if markup != page.text else "plain",
        links=page.links,
        tags=(kind,) if kind not in ("", "comment") else (),
        visibility=visibility,
        state=State.HIDDEN if visibility in (Visibility.SPAM, Visibility.HELD) else state,
        permalink=f"{link}#comment-{identity}" if link else "",
        flags=() if created else ("date-missing",),
        extra=private if personal else {},
    )
    return Item(place=place, raw=raw if personal else _blotted(raw), raw_type="application/xml", content=content)


_ADDRESSES = re.compile(rb"(<wp:comment_author_(?:email|IP)>)(.*?)(</wp:comment_author_(?:email|IP)>)", re.DOTALL)


def _blotted(raw: bytes) -> bytes:
    """Personal addresses are not taken in unless asked for: in the raw bytes each is blotted out at its own length."""
    return _ADDRESSES.sub(lambda part: part.group(1) + b"x" * len(part.group(2)) + part.group(3), raw)


def _moment(text: str) -> datetime | None:
    """`2019-01-01 16:00:00`, in UTC in the _gmt fields; drafts have `0000-00-00 00:00:00`."""
    try:
        return datetime.strptime(text, "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC)
    except ValueError:
        return None
