import json
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from archiver.normalized import content_bytes, content_of
from archiver.schema import DESCRIPTIONS, _shape, record_schema, schema_text
from custody.errors import InputError, UsageError
from custody.record import SCHEMA_VERSION

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = sorted((ROOT / "tests" / "archiver" / "platforms" / "examples").glob("*/*/expected.json"))
LEAST = {"platform": "facebook", "object_id": "1", "kind": "post"}


def errors(data: Any) -> list[str]:
    return [error.message for error in Draft202012Validator(record_schema()).iter_errors(data)]


def test_the_published_file_is_what_the_types_say() -> None:
    published = (ROOT / "docs" / "record.schema.json").read_text(encoding="utf-8")
    assert published == schema_text(), "write docs/record.schema.json anew: see archiver/schema.py"


def test_it_is_a_valid_schema_with_an_identity_of_its_own() -> None:
    schema = record_schema()
    Draft202012Validator.check_schema(schema)
    assert schema["$id"] == f"urn:ofrecord:record:{SCHEMA_VERSION}"
    assert schema["required"] == ["object_id", "kind"]


def test_every_field_is_described_in_words() -> None:
    for type_, described in DESCRIPTIONS.items():
        assert {each.name for each in fields(type_)} == set(described)  # type: ignore[arg-type]
        assert all(len(text) > 10 and text.endswith((".", "...")) for text in described.values())


@pytest.mark.parametrize(
    ("changes", "fine"),
    [
        ({}, True),
        ({"created_at": "2025-03-01T12:00:00Z", "created_at_raw": "1740830400"}, True),
        ({"created_at": "2025-03-01T06:00:00.5-06:00"}, True),
        ({"created_at": None, "media": [{"uri": "media/a.jpg"}], "author": {"name": "Ann Berg"}}, True),
        ({"mood": "glad", "metrics": {"likes": "3"}, "extra": {"deep": {"er": [1, None]}}}, True),
        ({"created_at": "2025-03-01T12:00:00"}, False),
        ({"kind": "poem"}, False),
        ({"object_id": 1}, False),
        ({"state": "gone"}, False),
        ({"media": [{"alt": "no uri"}]}, False),
        ({"links": "https://maplefalls.example/"}, False),
        ({"metrics": {"likes": 3}}, False),
        ({"extra": []}, False),
    ],
)
def test_schema_and_reader_agree(changes: dict[str, Any], fine: bool) -> None:
    data = {**LEAST, **changes}
    assert (errors(data) == []) is fine
    if fine:
        assert errors(json.loads(content_bytes(content_of(data)))) == []
    else:
        with pytest.raises(InputError):
            content_of(data)


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: f"{path.parts[-3]}/{path.parts[-2]}")
def test_expected_records_of_every_platform_fit_the_schema(path: Path) -> None:
    expected = json.loads(path.read_text(encoding="utf-8"))
    records = expected["records"] if isinstance(expected, dict) and "records" in expected else []
    contents = [json.loads(content_bytes(content_of(record))) for record in records if "object_id" in record]
    assert [errors(content) for content in contents] == [[] for _ in contents]


def test_a_type_it_cannot_say_is_refused() -> None:
    @dataclass
    class Odd:
        field: bytes

    with pytest.raises(UsageError):
        _shape(bytes)
