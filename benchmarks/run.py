"""`make bench`: every speed as a ratio against a named rival in the same run. Sizes: `make bench SIZE=200000`."""

import os
import platform
import sys

from benchmarks import ingest_bench, recovery_bench, search_bench, verify_bench

Row = tuple[str, str, str, str, str]


def main() -> None:
    size = int(os.environ.get("SIZE", "20000"))
    print(f"{size:,} records, {os.cpu_count()} cores, Python {platform.python_version()}", file=sys.stderr)
    table: list[Row] = []
    for name, measure in (
        ("taking in", lambda: ingest_bench.rows(size, min(size, 20_000))),
        ("verify", verify_bench.rows),
        ("starting after a kill", lambda: recovery_bench.rows(size)),
        ("search", lambda: search_bench.rows(size)),
        ("answering", _answering),
    ):
        print(f"measuring {name} ...", file=sys.stderr, flush=True)
        table += [_shown(row) for row in measure()]
    verify_bench.clean()
    print("| what | value | unit | rival | ratio |\n|---|---|---|---|---|")
    for row in table:
        print("| " + " | ".join(row) + " |")


def _shown(row: tuple[object, ...]) -> Row:
    """A row as text, its numbers to three figures."""
    cells = [f"{cell:.3g}" if isinstance(cell, float) else "" if cell is None else str(cell) for cell in row]
    return (cells[0], cells[1], cells[2], cells[3], cells[4])


def _answering() -> list[Row]:
    from benchmarks import response_bench

    return response_bench.rows(int(os.environ.get("RESPONSE", "500")))


if __name__ == "__main__":
    main()
