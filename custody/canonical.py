"""One way to turn a value into bytes, so that equal values always have equal digests.

JSON with sorted keys, no spaces, UTF-8 unescaped. Values are text, integers, booleans, null, lists and
dicts with text keys; floating point is refused, because two programs print it differently.
"""

import json
from typing import Any


def canonical(value: Any) -> bytes:
    """The canonical bytes of a JSON value. Raises TypeError on floats and on anything JSON cannot say."""
    _refuse_floats(value)
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return text.encode("utf-8")


def _refuse_floats(value: Any) -> None:
    if isinstance(value, float):
        raise TypeError("floating point has no canonical form; use an integer or text")
    if isinstance(value, dict):
        for part in value.values():
            _refuse_floats(part)
    elif isinstance(value, (list, tuple)):
        for part in value:
            _refuse_floats(part)
