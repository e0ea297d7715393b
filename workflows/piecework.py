"""The checks of all that lies in the vault, piece by piece: by worker processes where there is much.

Workers load this module and what it names, and little else: what only the first process needs takes time to load too.
"""

import multiprocessing
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from itertools import chain
from multiprocessing.pool import Pool

from archiver.catalog.catalog import Catalog
from archiver.catalog.finding import Finding
from archiver.catalog.verification import PIECE, Checked, Piece, check_files, check_piece, pieces
from archiver.vault import Vault
from custody.errors import CustodyError
from workflows.engines import engine_for
from workflows.settings import Settings

WORKERS = 2
WORTH_WORKERS = 64_000_000
"""Bytes from which starting worker processes is worth their start."""


Task = Sequence[Piece]
"""Pieces that are checked together; none stands for the database itself and the list of files."""


@contextmanager
def checking(
    settings: Settings, zone: str, catalog: Catalog, findings: list[Finding], trusting: bool
) -> Iterator[Iterator[Checked]]:
    """The checks of all pieces: by workers that begin at once, or one after another when there is little. `trusting`
    takes the catalog's word for what the files hold. A catalog that cannot be asked for the pieces is a finding."""
    check = partial(_check, settings, zone, trusting)
    work: list[Piece] = []
    try:
        work = pieces(catalog)
    except CustodyError as error:
        findings.append(Finding(code="catalog-damaged", object="catalog.sqlite", message=error.message))
    tasks = [(), *_together(work)]  # the first takes longest
    if _size(work) < WORTH_WORKERS:
        yield chain.from_iterable(map(check, tasks))
        return
    with ThreadPoolExecutor(1) as aside:  # whoever asks for the first result has something to do meanwhile
        starting = aside.submit(_started, check, tasks)
        try:
            yield _results(starting)
        finally:
            starting.result()[0].terminate()


def _results(starting: Future[tuple[Pool, Iterator[list[Checked]]]]) -> Iterator[Checked]:
    for done in starting.result()[1]:
        yield from done


def _started(check: Callable[[Task], list[Checked]], tasks: Sequence[Task]) -> tuple[Pool, Iterator[list[Checked]]]:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([__name__])  # what both workers need is loaded once
    pool = context.Pool(min(WORKERS, os.cpu_count() or 1))
    return pool, pool.imap_unordered(check, tasks)


def _together(work: Sequence[Piece]) -> Iterator[Task]:
    """Small pieces together, so that the catalog is not opened for each."""
    held: list[Piece] = []
    for piece in work:
        held.append(piece)
        if _size(held) >= PIECE // 3:  # small enough that both workers end at about the same time
            yield held
            held = []
    if held:
        yield held


def _size(work: Sequence[Piece]) -> int:
    return sum(piece.end - piece.start for piece in work)


def _check(settings: Settings, zone: str, trusting: bool, task: Task) -> list[Checked]:
    catalog, vault = Catalog(settings.catalog), Vault(settings.vault, settings.archive)
    try:
        if not task:
            return [Checked(findings=check_files(catalog, vault), bytes=0, exchanges=0)]
        words_of = engine_for(settings, catalog, zone).words_of
        return [check_piece(catalog, vault, piece, words_of, trusting) for piece in task]
    finally:
        catalog.close()
