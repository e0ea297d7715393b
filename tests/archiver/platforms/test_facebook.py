"""Facebook's download: every layout, ids that last, edits, albums, events, messages, and what is broken or odd."""

import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from archiver.package import open_package
from archiver.platforms.facebook import Facebook
from archiver.platforms.reader import Item, Slice, Unread
from archiver.platforms.table import recognise
from custody.account import Account
from custody.ids import AccountId
from custody.record import Content, IdOrigin, Kind, State, Visibility

ACCOUNT = Account(id=AccountId(1), platform="facebook", handle="maplefalls", name="Maple Falls Parks")
PAGE = "this_profile's_activity_across_facebook"
T = 1_700_000_000


def post(text: str = "Plows roll at six.", at: int = T, **more: Any) -> dict[str, Any]:
    return {"timestamp": at, "title": "Maple Falls Parks updated its status.", "data": [{"post": text}], **more}


def picture(name: str = "a01.jpg", folder: str = "Fest_111", **more: Any) -> dict[str, Any]:
    return {"uri": f"{PAGE}/posts/media/{folder}/{name}", "creation_timestamp": T, **more}


def attached(*parts: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"data": list(parts)}]


def read(folder: Path, files: dict[str, Any], personal: bool = False) -> tuple[list[Item], dict[str, str]]:
    """Items, and the reasons of unread members, of a download with these files."""
    for name, value in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(value if isinstance(value, bytes) else json.dumps(value).encode())
    found = list(Facebook().read(open_package(folder), ACCOUNT, personal))
    items = [each for each in found if isinstance(each, Item)]
    return items, {each.member: each.reason for each in found if isinstance(each, Unread)}


def contents(items: list[Item]) -> list[Content]:
    assert not [item.quarantined for item in items if item.quarantined]
    return [item.content for item in items if item.content]


def one(folder: Path, value: Any, name: str = f"{PAGE}/posts/profile_posts_1.json") -> Content:
    (content,) = contents(read(folder, {name: value})[0])
    return content


def broken_up(text: str) -> str:
    """A text as Facebook writes it: each byte a character."""
    return text.encode().decode("latin-1")


@pytest.mark.parametrize(
    "name",
    [
        f"facebook-maplefalls/{PAGE}/posts/profile_posts_1.json",
        "your_facebook_activity/posts/your_posts__check_ins__photos_and_videos_1.json",
        "posts/your_posts_1.json",
        "actividad/publicaciones/beitraege.json",
    ],
)
def test_every_layout_is_recognised_and_read(tmp_path: Path, name: str) -> None:
    (tmp_path / "other.json").write_text("{}")
    assert one(tmp_path, [post()], name).text == "Plows roll at six."
    (tmp_path / "other.json").unlink()
    found = recognise(open_package(tmp_path))
    assert found is not None and found.name == "facebook"


def test_the_list_may_stand_under_a_key(tmp_path: Path) -> None:
    assert one(tmp_path, {"status_updates": [post()]}).text == "Plows roll at six."
    assert one(tmp_path, {"some_new_key_v9": [post()]}).text == "Plows roll at six."


def test_mojibake_is_mended_everywhere_and_the_raw_text_kept(tmp_path: Path) -> None:
    value = post(
        broken_up("Café 🎉 إغلاق"), title=broken_up("Parks → post"), attachments=attached({"media": picture()})
    )
    value["attachments"][0]["data"][0]["media"]["description"] = broken_up("crème")
    content = one(tmp_path, [value])
    assert (content.text, content.title, content.media[0].alt) == ("Café 🎉 إغلاق", "Parks → post", "crème")
    assert content.text_raw == broken_up("Café 🎉 إغلاق") and content.repairs == ("mojibake",)


@pytest.mark.parametrize("text", ["plain", "Café", "日本語", "naïve Ã", "🎉 Ã©"])
def test_text_that_is_not_broken_stays(tmp_path: Path, text: str) -> None:
    content = one(tmp_path, [post(text)])
    assert (content.text, content.text_raw, content.repairs) == (text, "", ())


def test_an_edit_keeps_the_id_and_a_touch_is_no_edit(tmp_path: Path) -> None:
    before = one(tmp_path, [post("At six.")])
    after = one(tmp_path, [{**post("At seven."), "data": [{"post": "At seven."}, {"update_timestamp": T + 300}]}])
    touched = one(tmp_path, [{**post("At six."), "data": [{"post": "At six."}, {"update_timestamp": T}]}])
    assert before.object_id == after.object_id and before.id_origin is IdOrigin.DERIVED
    assert (before.state, after.state, touched.state) == (State.LIVE, State.EDITED, State.LIVE)
    assert after.edited_at and touched.edited_at is None


def test_posts_of_one_second_keep_their_ids_in_any_order_and_any_number_of_files(tmp_path: Path) -> None:
    posts = [post(text) for text in ("one", "two", "two")]
    first = [each.object_id for each in contents(read(tmp_path / "a", {"posts/profile_posts_1.json": posts})[0])]
    turned = {"posts/profile_posts_1.json": posts[:0:-1], "posts/profile_posts_2.json": posts[:1]}
    second = [each.object_id for each in contents(read(tmp_path / "b", turned)[0])]
    assert len(set(first)) == 3 and sorted(first) == sorted(second)


def test_what_two_parts_of_a_download_share_has_one_id(tmp_path: Path) -> None:
    parts = {f"part-{n}/{PAGE}/posts/profile_posts_1.json": [post(), post("Next", T + n)] for n in (1, 2)}
    ids = [each.object_id for each in contents(read(tmp_path, parts)[0])]
    assert len(ids) == 4 and ids[0] == ids[2] and len(set(ids)) == 3


def test_a_post_and_its_photo_in_an_album_are_two_records(tmp_path: Path) -> None:
    photo = picture(title="Fest", description="The parade")
    album = {
        "name": "Fest",
        "photos": [photo],
        "cover_photo": photo,
        "description": "Summer 2025",
        "last_modified_timestamp": T,
    }
    posts = {f"{PAGE}/posts/profile_posts_1.json": [post(attachments=attached({"media": photo}))]}
    alone = contents(read(tmp_path / "alone", posts)[0])
    items, _ = read(tmp_path / "both", posts | {f"{PAGE}/posts/album/0.json": album})
    words, shown, posted = contents(items)
    assert posted == alone[0] and len({words.object_id, shown.object_id, posted.object_id}) == 3
    assert (words.title, words.text, words.kind) == ("Fest", "Summer 2025", Kind.POST)
    assert (shown.text, shown.kind) == ("The parade", Kind.MEDIA)
    assert items[0].raw and b"The parade" in bytes(items[1].raw)  # type: ignore[arg-type]
    assert json.loads(bytes(items[0].raw)) == {**album, "photos": []}  # type: ignore[arg-type]
    moved = [
        each.object_id for each in contents(read(tmp_path / "new", {"posts/videos.json": {"videos_v2": [photo]}})[0])
    ]
    assert moved == [shown.object_id]


def test_an_album_without_words_is_counted_and_names_its_photos(tmp_path: Path) -> None:
    album = {"name": "Timeline photos", "photos": [picture()], "description": ""}
    items, _ = read(tmp_path, {f"{PAGE}/posts/album/0.json": album, "posts/profile_posts_1.json": []})
    assert items[0].excluded.startswith("an album's name alone")
    assert [each.title for each in contents(items)] == ["Timeline photos"]


def test_comments_of_the_page_are_comments_without_a_parent(tmp_path: Path) -> None:
    comment = {
        "timestamp": T,
        "comment": "Thanks @[192:274:Public Works]",
        "author": "Maple Falls Parks",
        "group": "Snow",
    }
    row = {"timestamp": T, "title": "Maple Falls Parks replied to Jane Doe's comment.", "data": [{"comment": comment}]}
    content = one(tmp_path, {"comments_v2": [row]}, f"{PAGE}/comments_and_reactions/comments.json")
    assert (content.kind, content.parent_id, content.text) == (Kind.COMMENT, "", "Thanks Public Works")
    assert content.text_raw.startswith("Thanks @[192") and content.extra == {"comment": {"group": "Snow"}}
    assert "Jane Doe" in content.title


def test_what_visitors_posted_is_kept_without_guessing_who(tmp_path: Path) -> None:
    row = post("The bridge is out!", title="Jane Doe wrote on Maple Falls Parks's timeline.")
    name = "posts/other_people's_posts_to_your_timeline.json"
    for shape in ({"wall_posts_sent_to_you": [row]}, {"wall_posts_sent_to_you": {"activity_log_data": [row]}}):
        content = one(tmp_path, shape, name)
        assert (content.author.name, content.flags) == ("", ("author-in-title",))
        assert "Jane Doe" in content.title and content.text == "The bridge is out!"
    ours, theirs = contents(read(tmp_path, {"posts/profile_posts_1.json": [post()]})[0])
    assert ours.object_id != theirs.object_id


def test_events_are_dated_by_their_making_or_flagged(tmp_path: Path) -> None:
    event = {"name": "Council", "start_timestamp": T + 9000, "description": "Budget", "place": {"name": "City Hall"}}
    rows = {"your_events_v2": [{**event, "create_timestamp": T}, event, {"name": "", "start_timestamp": T}]}
    items, _ = read(tmp_path, {"events/events.json": rows, "posts/profile_posts_1.json": []})
    made, unmade = contents(items)
    assert (made.title, made.text, made.flags) == ("Council", "Budget", ())
    assert made.created_at and made.created_at.timestamp() == T
    assert unmade.flags == ("date-is-start-of-event",) and unmade.object_id != made.object_id
    assert made.extra["place"] == {"name": "City Hall"} and items[2].excluded


def test_messages_come_only_when_asked_for(tmp_path: Path) -> None:
    talk: dict[str, Any] = {
        "participants": [{"name": "Ann"}],
        "messages": [{"sender_name": "Ann", "timestamp_ms": T * 1000, "content": "Hi"}],
    }
    talk["messages"].append(
        {"sender_name": "Ann", "timestamp_ms": T * 1000, "photos": [{"uri": "x/messages/inbox/a/1.jpg"}]}
    )
    files = {"messages/inbox/ann_1/message_1.json": talk, "posts/profile_posts_1.json": []}
    items, unread = read(tmp_path, files)
    assert items == [] and unread == {"messages/inbox/ann_1/message_1.json": "personal: messages"}
    items, _ = read(tmp_path, {}, personal=True)
    hello, photo = contents(items)
    assert (hello.kind, hello.visibility, hello.root_id) == (Kind.MESSAGE, Visibility.PRIVATE, "ann_1")
    assert hello.author.name == "Ann" and hello.created_at == photo.created_at and hello.object_id != photo.object_id
    assert items[1].members == ("messages/inbox/a/1.jpg",)


def test_the_newer_shape_with_labels_in_any_language(tmp_path: Path) -> None:
    row = {"timestamp": T, "fbid": "123456789012345678", "media": [picture()], "label_values": []}
    row["label_values"] = [
        {"label": "Texto", "value": broken_up("Aquí estamos")},
        {"label": "Hora", "timestamp_value": T},
        {"title": "Lugar", "dict": [{"label": "Nombre", "value": "City Hall"}]},
        {"label": "URL", "value": "https://maple-falls.example/"},
    ]
    content = one(tmp_path, [row])
    assert content.text == "Texto: Aquí estamos\nLugar, Nombre: City Hall\nURL: https://maple-falls.example/"
    assert (content.object_id, content.id_origin) == ("123456789012345678", IdOrigin.NATIVE)
    assert content.links == ("https://maple-falls.example/",) and len(content.media) == 1


def test_links_places_shared_text_and_unknown_fields_are_kept(tmp_path: Path) -> None:
    place = {"name": "Riverside Park", "coordinate": {"latitude": 44.9}, "url": "https://fb.example/park"}
    link = {"external_context": {"url": "https://maple-falls.example/", "name": "City"}}
    parts = attached(link, {"place": place}, {"text": "Shared words"}, {"poll": {"question": "When?"}})
    value = {**post(attachments=parts), "tags": [{"name": "Ann"}], "new_field": 2**60}
    value["data"].append({"backdated_timestamp": 5})
    content = one(tmp_path, [value])
    assert content.text == "Plows roll at six.\n\nShared words"
    assert content.links == ("https://maple-falls.example/", "https://fb.example/park") and content.tags == ("Ann",)
    kept = [link, {"place": {**place, "coordinate": {"latitude": "44.9"}}}, {"poll": {"question": "When?"}}]
    assert content.extra == {"new_field": str(2**60), "data": [{"backdated_timestamp": 5}], "attachments": kept}


def test_media_are_found_wherever_the_root_lies_and_missing_ones_are_named(tmp_path: Path) -> None:
    value = post(attachments=attached({"media": picture()}, {"media": picture("a02.mp4")}))
    (tmp_path / "other root" / "posts" / "media" / "Fest_111").mkdir(parents=True)
    (tmp_path / "other root" / "posts" / "media" / "Fest_111" / "a01.jpg").write_bytes(b"jpg")
    items, unread = read(tmp_path, {f"{PAGE}/posts/profile_posts_1.json": [value]})
    package = open_package(tmp_path)
    assert [package.find(tail) for tail in items[0].members] == ["other root/posts/media/Fest_111/a01.jpg", None]
    assert [media.kind for media in contents(items)[0].media] == ["image", "video"]
    assert unread == {}


def test_archived_and_binned_posts_say_so(tmp_path: Path) -> None:
    files = {f"posts/{name}.json": [post()] for name in ("archive", "trash", "profile_posts_1")}
    hidden, live, binned = contents(read(tmp_path, files)[0])
    assert (hidden.state, live.state, binned.state) == (State.HIDDEN, State.LIVE, State.DELETED)
    assert hidden.object_id == live.object_id == binned.object_id


def test_every_other_file_is_listed_with_its_reason(tmp_path: Path) -> None:
    names = ["connections/followers/people_who_followed_you.json", "comments_and_reactions/likes_and_reactions_1.json"]
    names += ["groups/group_posts.json", "posts/edits_you_made_to_posts.json", "posts/media/Fest_111/a.jpg"]
    _, unread = read(tmp_path, {name: {} for name in names} | {"posts/profile_posts_1.json": []})
    assert [unread.get(name) for name in names] == ["personal", "no records", "unknown", "unknown", None]


def test_the_download_says_of_which_day_it_is(tmp_path: Path) -> None:
    path = f"facebook-maplefalls-2025-3-20-Ab1Cd2/{PAGE}/posts/profile_posts_1.json"
    items, _ = read(tmp_path, {path: [post()]})
    assert items[0].as_of == "2025-03-20T00:00:00.000Z"
    items, _ = read(tmp_path / "x", {path.replace("2025-3-20", "2025-13-40"): [post()]})
    assert items[0].as_of == ""


@pytest.mark.parametrize(
    ("raw", "flags"),
    [
        (0, ("date-implausible",)),
        (253_402_300_799, ("date-implausible",)),
        (10**30, ("date-implausible",)),
        (-62_169_958_800, ("date-implausible",)),
        ("soon", ("date-implausible",)),
        (None, ("date-missing",)),
        (T * 1000, ()),
        (T * 1_000_000, ()),
        (str(T), ()),
    ],
)
def test_dates_in_every_unit_are_read_and_odd_ones_flagged(tmp_path: Path, raw: Any, flags: tuple[str, ...]) -> None:
    content = one(tmp_path, [post(at=raw)])
    assert content.flags == flags
    assert flags or (content.created_at and content.created_at.timestamp() == T)


def test_broken_deep_and_wrong_items_cost_only_themselves(tmp_path: Path) -> None:
    good = json.dumps(post())
    deep = '{"timestamp": 1, "x": ' + "[" * 70 + "]" * 70 + "}"
    surrogate = good.replace("Plows", r"\ud83d Plows")
    rows = f'[{good}, {deep}, {{"timestamp" 5}}, "words", {surrogate}, {good[:-1]}, "data": 7}}, {{"timestamp": 1, "da'
    items, _ = read(tmp_path, {"posts/profile_posts_1.json": rows.encode()})
    assert [bool(item.content) for item in items] == [True, False, False, False, True, False, False]
    assert items[4].content and items[4].content.flags == ("lone-surrogate",)
    assert "64 levels" in items[1].quarantined and "no object" in items[3].quarantined
    assert items[5].excluded and "ends in the middle" in items[6].quarantined


def test_a_web_page_in_place_of_the_posts_is_quarantined_whole(tmp_path: Path) -> None:
    items, _ = read(
        tmp_path, {"posts/profile_posts_1.json": b"<html>Log in</html>", "posts/your_posts_1.json": [post()]}
    )
    assert items[0].quarantined == "this file is no JSON"
    assert items[0].raw == Slice(member="posts/profile_posts_1.json", offset=0, length=19)
    assert items[1].content


def test_a_damaged_entry_costs_what_lies_behind_the_damage(tmp_path: Path) -> None:
    path = tmp_path / "facebook.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr(
            "posts/profile_posts_1.json", json.dumps([post(f"{n * 7919 % 10007}", T + n) for n in range(5000)])
        )
        made.writestr("posts/your_posts_1.json", json.dumps([post("Last", T - 1)]))
    data = bytearray(path.read_bytes())
    data[len(data) // 2 : len(data) // 2 + 40] = b"\xff" * 40
    path.write_bytes(data)
    package = open_package(path)
    found = recognise(package)
    assert found is not None and found.name == "facebook"
    items = [each for each in found.read(package, ACCOUNT, False) if isinstance(each, Item)]
    package.close()
    assert len([item for item in items if item.quarantined]) == 1
    assert items[-1].content and items[-1].content.text == "Last"


@pytest.mark.parametrize(
    "text", ['{"version": "https://jsonfeed.org/version/1.1", "items": []}', "[]", "[1]", '{"a": [{"timestamp": 1}]}']
)
def test_other_json_is_not_taken_for_facebook(tmp_path: Path, text: str) -> None:
    (tmp_path / "data.json").write_text(text)
    assert not Facebook().recognises(open_package(tmp_path / "data.json"))
