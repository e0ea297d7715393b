"""A BagIt bag around the finished packages of an answer, for a receiver that takes bags: `bagit.py` and others read it.

The bag is one ZIP with one folder in it. Its payload are the files of the package as they are, or a folder a part.
"""

import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO

from exports.bagging import Bag
from exports.response import Response


def write_bag(response: Response, packages: Sequence[Path], target: IO[bytes]) -> None:
    """Write the bag of these packages into an open binary file; the same packages give the same bytes."""
    bag = Bag(target, f"request-{response.request}")
    for number, package in enumerate(packages, 1):
        into = "" if len(packages) == 1 else f"part-{number:02d}/"
        with zipfile.ZipFile(package) as source:
            for info in source.infolist():
                with source.open(info) as file:
                    bag.put(f"{into}{info.filename}", _chunks(file), info.compress_type)
    bag.close(
        [
            ("Source-Organization", response.city),
            ("External-Description", f"Response to public records request {response.request}"),
            ("External-Identifier", f"request-{response.request}"),
            ("Bag-Software-Agent", response.software),
        ]
    )


def _chunks(file: IO[bytes]) -> Iterator[bytes]:
    yield from iter(lambda: file.read(1 << 20), b"")
