"""The X, Facebook, WordPress and feed readers on awkward and broken downloads."""

import json
from pathlib import Path
from typing import Any

import pytest

from archiver.package import MemoryPackage, open_package
from archiver.platforms.facebook import Facebook
from archiver.platforms.feed import Feed
from archiver.platforms.mojibake import mend, mended
from archiver.platforms.reader import Item, Platform, Unread
from archiver.platforms.table import recognise
from archiver.platforms.wordpress import WordPress
from archiver.platforms.x_twitter import XTwitter
from custody.account import Account
from custody.errors import InputError
from custody.ids import AccountId

ACCOUNT = Account(id=AccountId(1), platform="x", handle="maplefalls")


def items(platform: Platform, name: str, data: bytes) -> list[Item]:
    found = platform.read(MemoryPackage(name, data), ACCOUNT, personal=False)
    return [each for each in found if isinstance(each, Item)]


@pytest.mark.parametrize(
    ("broken", "whole"),
    [
        ("Caf\u00c3\u00a9", "Café"),
        ("\u00f0\u009f\u008e\u0089", "🎉"),
        ("plain", "plain"),
        ("Café", "Café"),
        ("naïve Ã", "naïve Ã"),
        ("日本", "日本"),
    ],
)
def test_mojibake_is_mended_only_when_all_of_it_turns_back(broken: str, whole: str) -> None:
    assert mended(broken) == whole
    assert mended(mended(broken)) == whole
    assert mend({broken: [broken]}) == {whole: [whole]}


def facebook(*posts: dict[str, Any]) -> list[Item]:
    return items(Facebook(), "profile_posts_1.json", json.dumps(list(posts)).encode())


def test_a_facebook_post_edited_later_keeps_its_id() -> None:
    (before,) = facebook({"timestamp": 1700000000, "data": [{"post": "first"}]})
    (after,) = facebook({"timestamp": 1700000000, "data": [{"post": "second"}, {"update_timestamp": 1700000300}]})
    assert before.content and after.content
    assert before.content.object_id == after.content.object_id
    assert after.content.state.value == "edited"


def test_facebook_posts_of_one_second_are_told_apart_and_keep_their_ids_in_any_order() -> None:
    posts = [{"timestamp": 1700000000, "data": [{"post": text}]} for text in ("one", "two", "two")]
    ids = [item.content.object_id for item in facebook(*posts) if item.content]
    turned = [item.content.object_id for item in facebook(*reversed(posts)) if item.content]
    assert len(set(ids)) == 3
    assert sorted(ids) == sorted(turned)


@pytest.mark.parametrize(
    ("raw", "flag"), [(0, "date-implausible"), (253402300800000, "date-implausible"), (None, "date-missing")]
)
def test_dates_nobody_can_use_are_flagged(raw: int | None, flag: str) -> None:
    post: dict[str, Any] = {"data": [{"post": "text"}]}
    (item,) = facebook(post if raw is None else {**post, "timestamp": raw})
    assert item.content and item.content.flags == (flag,)


def test_a_facebook_download_in_html_is_refused_with_the_cure(tmp_path: Path) -> None:
    (tmp_path / "facebook-x" / "posts").mkdir(parents=True)
    (tmp_path / "facebook-x" / "posts" / "your_posts_1.html").write_text("<html></html>")
    package = open_package(tmp_path / "facebook-x")
    assert recognise(package) is not None
    with pytest.raises(InputError, match="in HTML") as refused:
        list(Facebook().read(package, ACCOUNT, personal=False))
    assert "JSON" in refused.value.hint


def test_x_items_that_are_no_posts_are_quarantined_one_by_one() -> None:
    data = b'window.YTD.tweets.part0 = [{"tweet": {"id_str": "1", "full_text": "ok"}}, {"tweet": {}}, 5, {"tweet": '
    found = items(XTwitter(), "tweets.js", data)
    assert [bool(item.content) for item in found] == [True, False, False, False]
    assert "ends in the middle" in found[-1].quarantined


def test_lone_surrogates_in_a_post_do_not_stop_it() -> None:
    data = rb'window.YTD.tweets.part0 = [{"tweet": {"id_str": "1", "full_text": "a \ud83d b"}}]'
    (item,) = items(XTwitter(), "tweets.js", data)
    assert item.content is not None or item.quarantined


WXR = """<?xml version="1.0"?><rss xmlns:wp="http://wordpress.org/export/1.2/" xmlns:content="c/content/"><channel>%s</channel></rss>"""


def test_a_wordpress_post_is_kept_without_its_comments_and_each_comment_alone() -> None:
    body = (
        "<item><title>T</title><content:encoded>post text</content:encoded><wp:post_id>1</wp:post_id>"
        "<wp:comment><wp:comment_id>7</wp:comment_id><wp:comment_content>mine</wp:comment_content>"
        "<wp:comment_author_email>a@b.example</wp:comment_author_email></wp:comment><link>x</link></item>"
    )
    post, comment = items(WordPress(), "a.xml", (WXR % body).encode())
    assert isinstance(post.raw, bytes) and isinstance(comment.raw, bytes)
    assert b"mine" not in post.raw and b"post text" in post.raw and post.raw.endswith(b"<link>x</link></item>")
    assert b"mine" in comment.raw and b"a@b.example" not in comment.raw
    assert comment.content and comment.content.parent_id == "post:1"


HOSTILE = {
    "billion laughs": '<!DOCTYPE r [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><rss><channel><item><title>&b;</title></item></channel></rss>',
    "external": '<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]><rss><channel><item><title>&x;</title></item></channel></rss>',
    "external dtd": '<!DOCTYPE rss SYSTEM "http://evil.example/x.dtd"><rss><channel><item><title>t</title></item></channel></rss>',
}


@pytest.mark.parametrize("name", list(HOSTILE))
def test_entities_and_external_definitions_bring_nothing_in(name: str) -> None:
    found = items(Feed(), "feed.xml", HOSTILE[name].encode())
    said = "".join(item.content.title + item.content.text for item in found if item.content)
    assert "root:" not in said and "aaaaaaaa" not in said
    wxr = HOSTILE[name].replace("<rss>", '<rss xmlns:wp="http://wordpress.org/export/1.2/">').encode()
    if name != "external dtd":
        with pytest.raises(InputError, match="entities of its own"):
            items(WordPress(), "a.xml", wxr)


def test_a_page_instead_of_a_feed_is_not_recognised() -> None:
    assert recognise(MemoryPackage("page", b"<!DOCTYPE html><html><body>Not a feed</body></html>")) is None


def test_the_real_feeds_go_in_with_sums_that_close(shared: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files = sorted(path for path in (shared / "feeds").rglob("*") if path.is_file())
    assert len(files) == 1447
    counts = {"records": 0, "quarantined": 0, "refused": 0, "entries": 0}
    for path in files:
        try:
            for found in Feed().read(open_package(path), ACCOUNT, personal=False):
                assert isinstance(found, (Item, Unread))
                if isinstance(found, Item):
                    counts["entries"] += 1
                    counts["records" if found.content else "quarantined"] += 1
        except InputError as error:
            assert error.hint
            counts["refused"] += 1
    with capsys.disabled():
        print(f"\n{len(files)} feeds: {counts}")
    assert counts["entries"] == counts["records"] + counts["quarantined"] > 800
    assert counts["refused"] <= 12


def test_the_real_wordpress_exports(shared: Path) -> None:
    found: list[Item] = []
    for path in sorted((shared / "wordpress_wxr").glob("*.xml")):
        found += [i for i in WordPress().read(open_package(path), ACCOUNT, personal=False) if isinstance(i, Item)]
    kinds = [item.content.kind.value for item in found if item.content]
    assert kinds.count("comment") + kinds.count("reply") == 37
    assert kinds.count("reply") == 11
    assert not any(item.quarantined for item in found)
