"""A package with context and with pictures shown in part: both verifiers say the same, yes and no."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from custody.ids import RecordNumber
from custody.request import Mark
from exports.verifier.verify import check
from tests.conftest import Archive
from tests.exports.packages import Package, of_record, picture
from workflows import answering, redacting, requesting, reviewing

Jsonl = Callable[..., Path]
Judged = Callable[..., dict[str, Any]]
R1 = RecordNumber(1)


def package_of(archive: Archive, jsonl: Jsonl) -> Package:
    media = [{"uri": "a.png", "alt": "a map"}, {"uri": "b.png"}]
    posts = [{"text": "flood", "media": media}, {"object_id": "2", "text": "context", "parent_id": "1"}]
    archive.take_in(jsonl("a", *posts, media={"a.png": picture("red"), "b.png": picture("blue")}))
    with archive.writing() as house:
        requesting.open_request(house, "The flood", archive.clock(), "email")
        requesting.collect(house, 1, "flood")
        requesting.mark(house, 1, None, Mark.RELEASE, "", "")
        redacting.blacken(house, 1, R1, "media:0", "0,0,4,3", "WI-BAL", "a face")
        redacting.blacken(house, 1, R1, "media:1", "-", "WI-BAL", "where it was taken")
        assert reviewing.add_context(house, 1) == [2]
        made = answering.respond(house, 1, None, lambda done: None)
        assert house.ledger.key is not None
        return Package.of(Path(made["zip"]).read_bytes(), house.ledger.key)


def test_a_picture_in_part_and_context_are_a_yes_and_changing_them_a_no(
    archive: Archive, jsonl: Jsonl, judged: Judged, tmp_path: Path
) -> None:
    package, path = package_of(archive, jsonl), tmp_path / "response.zip"

    def both(made: Package) -> list[str]:
        path.write_bytes(made.signed().zip())
        seen, expected = judged(path), check(path).data()
        assert seen == expected
        return list(seen["codes"])

    path.write_bytes(package.zip())
    report = check(path).data()
    assert judged(path) == report and report["verdict"] == "yes"
    assert report["records"][0]["sealed"] == ["media.0", "media.0.alt", "media.1"]

    def unmarked(head: dict[str, Any], rows: list[dict[str, Any]]) -> None:
        of_record(rows, "R1")["media"][1]["description"] = "a map"

    def responsive(head: dict[str, Any], rows: list[dict[str, Any]]) -> None:
        of_record(rows, "R2")["responsive"] = "perhaps"

    assert both(package.change("records.json", unmarked)) == ["P-31-not-proved"]
    assert both(package.change("records.json", responsive)) == ["P-21-records-form"]
