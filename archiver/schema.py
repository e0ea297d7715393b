"""The published form of a record, as a JSON Schema made from `custody.record.Content`, so that the two cannot differ.

`docs/record.schema.json` is this text; a test compares them. To write it anew after a change:
`python -c "from archiver.schema import schema_text; print(schema_text(), end='')" > docs/record.schema.json`
"""

import json
from dataclasses import MISSING, fields, is_dataclass
from datetime import datetime
from enum import StrEnum
from types import UnionType
from typing import Any, get_args, get_origin, get_type_hints

from custody.errors import UsageError
from custody.record import SCHEMA_VERSION, Author, Content, Media

_TIME = "RFC 3339 with an offset, such as 2025-03-01T12:00:00Z"
DESCRIPTIONS: dict[type, dict[str, str]] = {
    Content: {
        "platform": "Where it was published: facebook, x, wordpress, web ... When missing, the account's platform.",
        "object_id": "What identifies it on its platform, always the same in every export. A second line with the same "
        "object_id is another version of the same record.",
        "kind": "What sort of content it is.",
        "id_origin": "native: the platform gave the id. derived: somebody made it from the content.",
        "parent_id": "The object_id of what it answers directly, empty when it answers nothing.",
        "root_id": "The object_id of the post at the top of its thread.",
        "author": "Who wrote it, as the platform showed them.",
        "created_at": f"When it was published, {_TIME}; null when nobody knows. Retention counts from here.",
        "created_at_raw": "The text the date was read from, as the source wrote it.",
        "edited_at": f"When it was last edited on the platform, {_TIME}; null when it was not or nobody knows.",
        "removed_at": f"When it was hidden or deleted on the platform, {_TIME}; null when it was not or nobody knows.",
        "title": "A title, where the platform has titles.",
        "text": "The words as the public saw them, without markup.",
        "text_raw": "The text as the source gave it, where it differs from what the public saw.",
        "text_format": "The form of text_raw: plain, html, markdown, npf ...",
        "lang": "The language the source names, such as en or es-MX.",
        "media": "Pictures, videos and files that belong to it, in the order shown.",
        "links": "Addresses the text links to, in order.",
        "tags": "Hashtags, labels or categories, without their sign.",
        "visibility": "Who could see it on the platform.",
        "state": "What had become of it on the platform when it was captured.",
        "permalink": "The address where the public could see it.",
        "source": "How it was captured: export, api, feed, crawl ...",
        "flags": "What a person should look at, such as digest-mismatch.",
        "repairs": "What was mended in reading, such as mojibake.",
        "metrics": "Counters when captured (likes, shares), as text. A change of these alone is no new version.",
        "extra": "Everything the source says that has no field here. Fields unknown to this schema are put here.",
    },
    Author: {
        "name": "The name shown.",
        "handle": "The name used in addresses and mentions, without its sign.",
        "id": "The platform's own identity of the person or page.",
        "url": "The address of their profile.",
    },
    Media: {
        "uri": "The name the source gave it: a path beside the file, or an address.",
        "kind": "image, video, audio, document or file.",
        "media_type": "Its media type, such as image/jpeg.",
        "name": "The file name shown to people.",
        "alt": "The words that describe it to people who cannot see it.",
        "sha256": "64 hexadecimal digits of its bytes, empty when the bytes are not there.",
        "size": "Its size in bytes.",
        "gap": "Why the bytes are not there, empty when they are.",
    },
}
AS_OF = f"The date the source speaks for, {_TIME}: it orders the versions of a record. Not part of the content."


def record_schema() -> dict[str, Any]:
    """The schema of one record (one line of Ofrecord JSONL), as JSON data."""
    schema = _object(Content)
    schema["properties"]["as_of"] = {"type": "string", "description": AS_OF}
    schema["required"] = ["object_id", "kind"]  # a missing platform is the account's
    schema["properties"]["object_id"]["minLength"] = 1
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:ofrecord:record:{SCHEMA_VERSION}",
        "title": f"Ofrecord record, version {SCHEMA_VERSION}",
        "description": "One version of one piece of content on a city's account, normalized. In JSONL: one a line.",
        **schema,
        "$defs": {"Author": _object(Author), "Media": _object(Media)},
    }


def schema_text() -> str:
    """The schema as the text of docs/record.schema.json."""
    return json.dumps(record_schema(), ensure_ascii=False, indent=2) + "\n"


def _object(type_: type) -> dict[str, Any]:
    hints, described = get_type_hints(type_), DESCRIPTIONS[type_]
    properties: dict[str, Any] = {}
    required: list[str] = []
    order = list(described)  # as one reads them, not as their JSON is written
    for each in sorted(fields(type_), key=lambda each: order.index(each.name)):
        properties[each.name] = {**_shape(hints[each.name]), "description": described[each.name]}
        if each.default is MISSING and each.default_factory is MISSING:
            required.append(each.name)
        elif isinstance(each.default, (str, int)):
            properties[each.name]["default"] = each.default
    return {"type": "object", "properties": properties, "required": required}


def _shape(hint: Any) -> dict[str, Any]:
    """The JSON Schema of one Python type that Content uses. Raises UsageError on one it does not know yet."""
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return {"enum": [each.value for each in hint]}
    if isinstance(hint, type) and is_dataclass(hint):
        return {"$ref": f"#/$defs/{hint.__name__}"}
    if hint is str or hint is int:
        return {"type": "string"} if hint is str else {"type": "integer", "minimum": 0}
    if hint is datetime:
        return {"type": "string", "format": "date-time", "pattern": r"([Zz]|[+-]\d\d:?\d\d)$"}
    if get_origin(hint) is tuple:
        return {"type": "array", "items": _shape(get_args(hint)[0])}
    if get_origin(hint) is dict:
        inner = get_args(hint)[1]
        return {"type": "object"} if inner is Any else {"type": "object", "additionalProperties": _shape(inner)}
    if get_origin(hint) is UnionType and type(None) in get_args(hint):
        (inner,) = [part for part in get_args(hint) if part is not type(None)]
        return {"anyOf": [_shape(inner), {"type": "null"}]}
    raise UsageError(f"the schema does not know the type {hint!r}", "teach archiver/schema.py to say it")
