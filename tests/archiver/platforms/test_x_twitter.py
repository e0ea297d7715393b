"""The X archive: edits, long texts, media, the manifest's counts, messages, and what is broken or odd."""

import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from archiver.package import open_package
from archiver.platforms.reader import Item, Slice, Unread
from archiver.platforms.table import recognise
from archiver.platforms.x_twitter import XTwitter
from custody.account import Account
from custody.errors import InputError
from custody.ids import AccountId
from custody.record import Content, Kind, State, Visibility

ACCOUNT = Account(id=AccountId(1), platform="x", handle="maplefalls", name="Maple Falls")
POST = {"id_str": "100", "created_at": "Tue Mar 12 10:22:38 +0000 2024", "full_text": "Plows roll at six."}


def script(name: str, rows: list[Any] | str) -> str:
    return f"window.YTD.{name}.part0 = " + (rows if isinstance(rows, str) else json.dumps(rows, indent=2))


def read(folder: Path, personal: bool = False, **files: Any) -> tuple[list[Item], dict[str, str]]:
    """Items, and the reasons of unread members, of an archive with these files (`tweets=[...]`, `media_...`)."""
    for name, rows in files.items():
        stem = name.replace("_", "-")
        path = folder / "data" / f"{stem}.js"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(script(name, rows) if name != "manifest" else rows, encoding="utf-8")
    found = list(XTwitter().read(open_package(folder), ACCOUNT, personal))
    items = [each for each in found if isinstance(each, Item)]
    return items, {each.member: each.reason for each in found if isinstance(each, Unread)}


def contents(items: list[Item]) -> list[Content]:
    assert all(item.content for item in items), [item.quarantined for item in items]
    return [item.content for item in items if item.content]


def one(folder: Path, **post: Any) -> Content:
    (content,) = contents(read(folder, tweets=[{"tweet": {**POST, **post}}])[0])
    return content


def manifest(**counts: int) -> str:
    kinds = {name: {"files": [{"fileName": f"data/{name}.js", "count": str(n)}]} for name, n in counts.items()}
    user = {"accountId": "7", "userName": "MapleFallsWI", "displayName": "City of Maple Falls"}
    info = {"generationDate": "2025-03-20T09:00:00.000Z"}
    return "window.__THAR_CONFIG = " + json.dumps({"userInfo": user, "archiveInfo": info, "dataTypes": kinds})


def test_text_is_as_the_public_saw_it_and_the_raw_form_is_kept(tmp_path: Path) -> None:
    urls = [{"url": "https://t.co/a", "expanded_url": "https://maple-falls.example/plows"}]
    raw = "Salt &amp; sand: https://t.co/a 🎉 #Snow"
    content = one(tmp_path, full_text=raw, entities={"urls": urls, "hashtags": [{"text": "Snow"}]}, lang="en")
    assert content.text == "Salt & sand: https://maple-falls.example/plows 🎉 #Snow"
    assert (content.text_raw, content.tags, content.links) == (raw, ("Snow",), (urls[0]["expanded_url"],))
    assert content.repairs == ("html-entities",)
    assert content.permalink == "https://x.com/maplefalls/status/100"


def test_kinds_parents_counters_and_fields_we_do_not_know(tmp_path: Path) -> None:
    reply = {
        **POST,
        "id_str": "101",
        "in_reply_to_status_id_str": "99",
        "in_reply_to_user_id": "5",
        "retweet_count": "3",
    }
    repost = {**POST, "id_str": "102", "full_text": "RT @parks: Open", "coordinates": {"x": 1.5}, "big": 2**60}
    first, second = contents(read(tmp_path, tweets=[{"tweet": reply}, {"tweet": repost}])[0])
    assert (first.kind, first.parent_id, first.metrics) == (Kind.REPLY, "99", {"retweet_count": "3"})
    assert second.kind is Kind.REPOST
    assert (first.extra, second.extra) == ({}, {"coordinates": {"x": "1.5"}, "big": str(2**60)})


def test_each_version_of_an_edited_post_speaks_for_its_own_moment(tmp_path: Path) -> None:
    edit: dict[str, Any] = {"edit": {"initialTweetId": "100", "editControlInitial": {"editTweetIds": ["100", "105"]}}}
    later = {
        **POST,
        "id_str": "105",
        "created_at": "Tue Mar 12 10:40:00 +0000 2024",
        "full_text": "At 7.",
        "edit_info": edit,
    }
    items, _ = read(tmp_path, tweets=[{"tweet": later}, {"tweet": POST}], manifest=manifest(tweets=2))
    new, old = contents(items)
    assert new.object_id == old.object_id == "100"
    assert (new.state, old.state) == (State.EDITED, State.LIVE)
    assert new.edited_at == new.created_at and new.permalink.endswith("/105")
    assert [item.as_of for item in items] == ["2024-03-12T10:40:00.000Z", "2024-03-12T10:22:38.000Z"]


def test_a_long_text_is_joined_to_its_post_and_one_that_fits_none_is_a_record(tmp_path: Path) -> None:
    beginning = "Notice of public hearing & comment. " * 8
    cut = beginning.replace("&", "&amp;")[:270] + "… https://t.co/z"
    core: dict[str, Any] = {"text": beginning + "The end. https://t.co/q", "hashtags": [{"text": "Hearing"}]}
    core["urls"] = [{"shortUrl": "https://t.co/q", "expandedUrl": "https://maple-falls.example/q"}]
    note = {"noteTweet": {"noteTweetId": "900", "createdAt": "2024-03-12T10:22:39.000Z", "core": core}}
    other = {"noteTweet": {"noteTweetId": "901", "createdAt": "2024-03-12T11:00:00.000Z", "core": {"text": "Alone"}}}
    rows = [{"tweet": {**POST, "full_text": cut}}]
    items, unread = read(tmp_path, tweets=rows, note_tweet=[note, other, {"noteTweet": 5}])
    whole, broken, alone = items
    assert whole.content and whole.content.text == beginning + "The end. https://maple-falls.example/q"
    assert whole.content.text_raw == cut and whole.content.tags == ("Hearing",)
    assert "long-text-joined" in whole.content.repairs
    assert alone.content and (alone.content.object_id, alone.content.text) == ("note-901", "Alone")
    assert alone.content.flags == ("long-text-without-post",)
    assert broken.quarantined == "not a long post as X writes them"
    assert unread["data/note-tweet.js"].startswith("envelope")


def test_deleted_posts_and_media_of_every_layout(tmp_path: Path) -> None:
    photo = {"type": "photo", "media_url_https": "https://pbs.example/media/A.jpg", "url": "https://t.co/m"}
    variants = [{"content_type": "video/mp4", "url": f"https://video.example/{n}.mp4?tag=1"} for n in "ab"]
    film = {"type": "video", "media_url_https": "https://pbs.example/t.jpg", "video_info": {"variants": variants}}
    for folder, name in (
        ("tweet_media", "100-A.jpg"),
        ("deleted_tweets_media", "100-b.mp4"),
        ("tweets_media", "5-X.jpg"),
    ):
        (tmp_path / "data" / folder).mkdir(parents=True)
        (tmp_path / "data" / folder / name).write_bytes(b"media")
    row: dict[str, Any] = {**POST, "full_text": "Look https://t.co/m", "extended_entities": {"media": [photo, film]}}
    row["deleted_at"] = "2024-03-13T08:00:00.000Z"
    items, unread = read(tmp_path, deleted_tweets=[{"tweet": row}])
    (content,) = contents(items)
    assert (content.state, content.text) == (State.DELETED, "Look") and content.removed_at
    assert [media.kind for media in content.media] == ["image", "video"]
    package = open_package(tmp_path)
    found = [[package.find(tail) for tail in tails.split("|")] for tails in items[0].members]
    assert found == [["data/tweet_media/100-A.jpg"], [None, "data/deleted_tweets_media/100-b.mp4"]]
    assert unread == {"data/tweets_media/5-X.jpg": "unknown: media that no post names"}


def test_counts_and_files_the_manifest_names_are_checked(tmp_path: Path) -> None:
    told = manifest(tweets=3, **{"tweets-part1": 9, "like": 4, "deleted-tweets": 0})
    items, unread = read(tmp_path, tweets=[{"tweet": POST}], manifest=told, like=[], ip_audit=[], article=[])
    assert len(items) == 1 and items[0].content and items[0].content.author.handle == "MapleFallsWI"
    assert unread == {
        "data/tweets.js": "the manifest speaks of 3 items, the file has 1",
        "data/tweets-part1.js": "missing: the manifest speaks of 9 items, the file is not there",
        "data/manifest.js": "no records",
        "data/like.js": "personal",
        "data/ip-audit.js": "personal",
        "data/article.js": "unknown: may hold the city's own words",
    }


@pytest.mark.parametrize("broken", ["window.__THAR_CONFIG = [1]", "window.__THAR_CONFIG = {", '= {"userInfo": 5}', ""])
def test_a_broken_manifest_changes_nothing(tmp_path: Path, broken: str) -> None:
    items, _ = read(tmp_path, tweets=[{"tweet": POST}], manifest=broken)
    assert contents(items)[0].author.handle == "maplefalls"


MESSAGE: dict[str, Any] = {
    "id": "70",
    "senderId": "5",
    "recipientId": "7",
    "text": "Is &lt;my&gt; road next? https://t.co/a",
}
MESSAGE |= {"createdAt": "2024-03-12T10:22:38.000Z", "mediaUrls": ["https://ton.example/dm/A.jpg"]}
MESSAGE["urls"] = [{"url": "https://t.co/a", "expanded": "https://maple-falls.example/a"}]
TALK = {
    "conversationId": "5-7",
    "messages": [{"messageCreate": MESSAGE}, {"joinConversation": {}}, {"messageCreate": 5}],
}


def test_messages_come_only_when_asked_for_each_with_its_own_bytes(tmp_path: Path) -> None:
    rows = [{"dmConversation": TALK}, {"dmConversation": None}]
    items, unread = read(tmp_path, tweets=[], direct_messages=rows)
    assert items == [] and unread["data/direct-messages.js"] == "personal"
    (said, joined, _, broken), _ = read(tmp_path, personal=True)
    assert said.content and said.content.text == "Is <my> road next? https://maple-falls.example/a"
    assert (said.content.kind, said.content.visibility) == (Kind.MESSAGE, Visibility.PRIVATE)
    assert (said.content.root_id, said.content.author.id, said.members) == ("5-7", "5", ("70-A.jpg",))
    assert isinstance(said.raw, bytes) and json.loads(said.raw) == {"messageCreate": MESSAGE}
    assert joined.excluded and broken.quarantined == "not a conversation as X writes them"


@pytest.mark.parametrize(
    ("date", "flag"),
    [
        ("Thu Jan 01 00:00:00 +0000 1970", "date-implausible"),
        ("Fri Dec 31 23:59:59 +0000 9999", "date-implausible"),
        ("yesterday", "date-implausible"),
        ("", "date-missing"),
        (None, "date-missing"),
    ],
)
def test_dates_nobody_can_use_are_flagged(tmp_path: Path, date: str | None, flag: str) -> None:
    assert one(tmp_path, created_at=date).flags == (flag,)


@pytest.mark.parametrize(
    ("text", "shown", "flag"),
    [(r"a \ud83d b", "a \ufffd b", "lone-surrogate"), (r"a \u0000 b", "a \ufffd b", "nul")],
)
def test_text_that_is_no_text_is_read_with_a_flag(tmp_path: Path, text: str, shown: str, flag: str) -> None:
    row = json.dumps([{"tweet": POST}]).replace("Plows roll at six.", text)
    (content,) = contents(read(tmp_path, tweets=row)[0])
    assert (content.text, content.flags) == (shown, (flag,))


def test_right_to_left_text_stays_as_it_is(tmp_path: Path) -> None:
    assert one(tmp_path, full_text="إغلاق الطريق 🚧 اليوم").text == "إغلاق الطريق 🚧 اليوم"


def test_deep_broken_and_cut_off_items_cost_only_themselves(tmp_path: Path) -> None:
    good = json.dumps({"tweet": POST})
    deep = '{"tweet": {"id_str": "1", "x": ' + "[" * 70 + "]" * 70 + "}}"
    rows = f'[{good}, {deep}, {{"tweet": {{"id_str": "2", "full_text": "a " b"}}}}, {good}, {{"tweet": {{"id'
    items, _ = read(tmp_path, tweets=rows)
    assert [bool(item.content) for item in items] == [True, False, False, True, False]
    assert "64 levels" in items[1].quarantined and "ends in the middle" in items[4].quarantined
    assert all(isinstance(item.raw, bytes) and item.raw for item in items)


def test_a_web_page_in_place_of_the_posts_is_quarantined_whole(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "tweets.js").write_text("<html>Sign in [1, 2]</html>")
    (item,), _ = read(tmp_path, deleted_tweets=[])
    assert item.quarantined == "this file is no list of posts"
    assert item.raw == Slice(member="data/tweets.js", offset=0, length=27)


def test_a_damaged_entry_costs_what_lies_behind_the_damage(tmp_path: Path) -> None:
    path = tmp_path / "x.zip"
    rows = [{"tweet": {**POST, "id_str": str(n), "full_text": f"{n * 7919 % 10007}"}} for n in range(5000)]
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("data/deleted-tweets.js", script("deleted_tweets", rows))
        made.writestr("data/tweets.js", script("tweets", [{"tweet": POST}]))
    data = bytearray(path.read_bytes())
    data[len(data) // 2 : len(data) // 2 + 40] = b"\xff" * 40
    path.write_bytes(data)
    package = open_package(path)
    items = [each for each in XTwitter().read(package, ACCOUNT, False) if isinstance(each, Item)]
    package.close()
    assert [bool(item.content) for item in items].count(False) == 1
    assert items[-1].content and items[-1].content.text == "Plows roll at six."


def test_an_archive_without_posts_is_refused_with_the_cure(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"without data/tweets\.js") as refused:
        read(tmp_path, account=[])
    assert "all its parts" in refused.value.hint


def test_a_single_file_is_recognised_by_its_content(tmp_path: Path) -> None:
    path = tmp_path / "saved-as.txt"
    path.write_text(script("tweet", [{"tweet": POST}]))
    found = recognise(open_package(path))
    assert found is not None and found.name == "x"
    (item,) = found.read(open_package(path), ACCOUNT, False)
    assert isinstance(item, Item) and item.content and item.content.object_id == "100"


def test_the_real_archive_resolves_every_media_or_says_it_is_missing(shared: Path) -> None:
    package = open_package(shared / "x_archive")
    found = list(XTwitter().read(package, ACCOUNT, False))
    items = [each for each in found if isinstance(each, Item)]
    kinds = [item.place.split(" ")[0] for item in items]
    assert [kinds.count(f"data/{name}.js") for name in ("tweets", "deleted-tweets", "community-tweet")] == [2045, 47, 3]
    assert not any(item.quarantined or item.excluded for item in items)
    tails = [tails.split("|") for item in items for tails in item.members]
    held = [next((package.find(tail) for tail in names if package.find(tail)), None) for names in tails]
    assert (len(held), held.count(None)) == (25, 3)
    assert not any(
        "manifest speaks" in each.reason or "no post" in each.reason for each in found if isinstance(each, Unread)
    )
