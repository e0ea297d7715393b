"""The response as PDF volumes, each complete and accessible, rendered side by side by worker processes.

A small response is one file. A large one is cut into volumes, because joining finished PDFs destroys the structure that
screen readers need (ADR 0006); beside them stands one joined copy for convenience, which says in its title what it is.
"""

import io
import multiprocessing
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import Any

import pikepdf
from PIL import Image, UnidentifiedImageError

from custody.errors import UnavailableError
from exports.certification import has_words, parts_of
from exports.format import BoundPdf
from exports.pdf_pages import VolumeJob, render_volume, response_facts
from exports.response import Entry, MediaFile, Response, WithheldEntry, plain
from exports.tabular import json_chunks

VOLUME = 250
"""Records in one volume: memory of a worker stays under 400 MB."""

WORKERS = 2
SECONDS_PER_VOLUME = 1800
LARGEST_PICTURE = 1000
_PIXEL_CAP = 50_000_000


class Style(StrEnum):
    """What is bound: what a requester gets; the same with the city's own copy beside it; or what is put on paper."""

    RELEASED = "released"
    WITH_KEPT_COPY = "with kept copy"
    PAPER = "paper"


def bind(
    response: Response,
    folder: Path,
    told: Callable[[int], None],
    workers: int = WORKERS,
    style: Style = Style.RELEASED,
) -> list[BoundPdf]:
    """Render the response into `folder` (a temporary one). The first of the result is always `response.pdf`."""
    volumes = max(1, -(-response.count // VOLUME))
    paths = [folder / f"volume-{number:03d}.pdf" for number in range(1, volumes + 1)]
    jobs = zip(paths, _jobs(response, volumes, style), strict=True)
    if volumes == 1:
        path, job = next(jobs)
        _render((path, job))
        told(response.count)
        return [BoundPdf(name="response.pdf", path=path, note="the whole response, accessible (PDF/UA)")]
    _render_side_by_side(jobs, volumes, workers, told)
    joined = folder / "joined.pdf"
    _join(paths, joined, response)
    note = "all volumes joined for convenience; without accessibility structure"
    bound = [BoundPdf(name="response.pdf", path=joined, note=note)]
    for number, path in enumerate(paths, 1):
        note = f"volume {number} of {volumes}, accessible (PDF/UA)"
        bound.append(BoundPdf(name=f"response-vol-{number:02d}.pdf", path=path, note=note))
    return bound


def kept_copies(folder: Path) -> list[BoundPdf]:
    """The city's own copies (PDF/A-3) of what was bound into `folder`, one a volume."""
    paths = sorted(folder.glob("kept-*.pdf"))
    names = (
        ["response-archival.pdf"]
        if len(paths) == 1
        else [f"response-archival-vol-{n + 1:02d}.pdf" for n in range(len(paths))]
    )
    return [BoundPdf(name=name, path=path, note="the city's own copy") for name, path in zip(names, paths, strict=True)]


def pages_in(pdf: BoundPdf) -> int:
    """How many pages a PDF has."""
    with pikepdf.open(pdf.path) as document:
        return len(document.pages)


def shown_bytes(media: MediaFile) -> int:
    """How many bytes a picture has on the page; 0 for what is not shown there."""
    small = _shown_picture(media)
    return len(small[1]) if small else 0


def _render(work: tuple[Path, VolumeJob]) -> int:
    path, job = work
    render_volume(job, path, path.with_name(f"kept-{job.volume:03d}.pdf") if job.is_kept else None)
    return len(job.entries)


def _render_side_by_side(
    jobs: Iterator[tuple[Path, VolumeJob]], volumes: int, workers: int, told: Callable[[int], None]
) -> None:
    """At most two volumes wait at a time, so memory does not grow with the response."""
    context = multiprocessing.get_context("forkserver")
    done = 0
    with context.Pool(workers, maxtasksperchild=4) as pool:
        waiting: list[Any] = []
        for work in jobs:
            waiting.append(pool.apply_async(_render, (work,)))
            if len(waiting) > workers:
                done += _finished(waiting.pop(0))
                told(done)
        for result in waiting:
            done += _finished(result)
            told(done)


def _finished(result: Any) -> int:
    try:
        return int(result.get(SECONDS_PER_VOLUME))
    except multiprocessing.TimeoutError as error:
        raise UnavailableError(
            f"A volume of the PDF was not ready after {SECONDS_PER_VOLUME // 60} minutes.",
            "Answer with fewer records at a time, or tell us: this should not happen.",
        ) from error


def _jobs(response: Response, volumes: int, style: Style) -> Iterator[VolumeJob]:
    facts = {**response_facts(response), "style": style}
    log: list[dict[str, str]] = []
    entries: list[dict[str, Any]] = []
    pictures: dict[str, tuple[str, bytes]] = {}
    volume = 1
    data = b"".join(json_chunks(response)) if style is Style.WITH_KEPT_COPY else b""
    basis = {code.code: f"{code.code}: {code.citation}" for code in response.reasons}
    for entry in response.entries():
        log += _log_rows(entry, basis)
        if len(entries) == VOLUME:
            yield replace(_job(facts, entries, [], pictures, volume, volumes), attached=data)
            entries, pictures, volume, data = [], {}, volume + 1, b""
        entries.append(_shown(entry, pictures))
    certified = tuple(parts_of(response)) if has_words(response.jurisdiction) else ()
    yield replace(_job(facts, entries, log, pictures, volume, volumes), attached=data, certified=certified)


def _job(
    facts: dict[str, Any],
    entries: list[dict[str, Any]],
    log: list[dict[str, str]],
    pictures: dict[str, tuple[str, bytes]],
    volume: int,
    volumes: int,
) -> VolumeJob:
    return VolumeJob(
        response=facts,
        entries=tuple(entries),
        log=tuple(log),
        pictures=pictures,
        volume=volume,
        volumes=volumes,
        is_kept=facts["style"] is Style.WITH_KEPT_COPY,
        on_paper=facts["style"] is Style.PAPER,
    )


def _log_rows(entry: Entry | WithheldEntry, basis: dict[str, str]) -> list[dict[str, str]]:
    row = {"position": str(entry.position), "label": entry.label}
    if isinstance(entry, WithheldEntry):
        return [{**row, "what": "the whole record", "basis": _because(basis.get(entry.code, entry.code), entry.note)}]
    return [
        {**row, "what": "a part of the record", "basis": _because(basis.get(code, code), note)}
        for code, note in entry.reasons
    ]


def _because(basis: str, note: str) -> str:
    return f"{basis}. {note}" if note else basis


def _shown(entry: Entry | WithheldEntry, pictures: dict[str, tuple[str, bytes]]) -> dict[str, Any]:
    if isinstance(entry, WithheldEntry):
        names = ("position", "label", "code", "note", "depth")
        return {**{name: getattr(entry, name) for name in names}, "withheld": True, "state": "live", "partly": False,
                "answers": "", "kind": "", "context": False}  # fmt: skip
    fields = tuple(name for name in Entry.__dataclass_fields__ if name not in ("media", "earlier", "reasons", "proofs"))
    shown = {name: getattr(entry, name) for name in fields}
    shown["withheld"], shown["partly"] = False, entry.partly
    shown["earlier"] = [{"captured": each.captured, "text": each.text} for each in entry.earlier]
    shown["media"] = [_picture(media, pictures) for media in entry.media]
    return shown


def _picture(media: MediaFile, pictures: dict[str, tuple[str, bytes]]) -> dict[str, Any]:
    alt = plain(media.alt)
    shown: dict[str, Any] = {"name": media.name, "media_type": media.media_type, "size": f"{media.size:,}", "alt": alt}
    shown["described"] = "gives no description" not in alt
    data = _shown_picture(media)
    shown["picture"] = ""
    if data is not None:
        pictures[media.name] = data
        shown["picture"] = f"ofrecord:{media.name}"
    return shown


def _shown_picture(media: MediaFile) -> tuple[str, bytes] | None:
    return _small(media) if media.media_type.startswith("image/") and media.size < 64_000_000 else None


def _small(media: MediaFile) -> tuple[str, bytes] | None:
    """The picture as pixels of a size for the page, without anything its file carried besides; None if unreadable."""
    try:
        with Image.open(io.BytesIO(b"".join(media.chunks()))) as image:
            if image.width * image.height > _PIXEL_CAP:
                return None
            image.thumbnail((LARGEST_PICTURE, LARGEST_PICTURE))
            flat = Image.new("RGB", image.size, "white")
            flat.paste(image.convert("RGBA"), mask=image.convert("RGBA").getchannel("A"))
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return None
    out = io.BytesIO()
    flat.save(out, "JPEG", quality=82)
    return "image/jpeg", out.getvalue()


def _join(paths: list[Path], joined: Path, response: Response) -> None:
    with pikepdf.new() as book:
        starts: list[int] = []
        marks: list[tuple[int, list[pikepdf.OutlineItem]]] = []
        for path in paths:
            starts.append(len(book.pages))
            with pikepdf.open(path) as volume:
                places = {page.objgen: starts[-1] + number for number, page in enumerate(volume.pages)}
                with volume.open_outline() as outline:
                    marks.append((starts[-1], [_moved(item, places) for item in outline.root]))
                book.add_pages_from(volume)
        with book.open_outline() as outline:
            for number, (start, items) in enumerate(marks, 1):
                top = pikepdf.OutlineItem(f"Volume {number}", start)
                top.children.extend(items)
                outline.root.append(top)
        numbers = [part for n, start in enumerate(starts, 1) for part in (start, _numbered(n))]
        book.Root.PageLabels = pikepdf.Dictionary(Nums=pikepdf.Array(numbers))
        title = f"Response to public records request {response.request}: joined copy without accessibility structure"
        book.docinfo["/Title"] = title
        book.Root.Lang = "en"
        book.save(joined, deterministic_id=True)


def _moved(item: pikepdf.OutlineItem, places: Mapping[Any, int]) -> pikepdf.OutlineItem:
    """A bookmark of a volume as it is in the joined copy."""
    page = item.destination[0] if isinstance(item.destination, pikepdf.Array) else None
    moved = pikepdf.OutlineItem(item.title, places.get(page.objgen if page is not None else (0, 0)))
    moved.children.extend(_moved(child, places) for child in item.children)
    return moved


def _numbered(volume: int) -> pikepdf.Dictionary:
    return pikepdf.Dictionary(S=pikepdf.Name.D, P=pikepdf.String(f"{volume}-"))
