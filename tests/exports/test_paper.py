"""A paper says the same as plain text and as a page, carries nobody's markup, and comes out the same every time."""

from pathlib import Path

from pypdf import PdfReader

from exports.paper import Grid, Heading, Paper, Paragraph, as_text
from exports.pdf_paper import write_paper

PAPER = Paper(
    title="Notice of records whose retention has ended",
    letterhead=("City of Maple Falls", "100 Main Street"),
    date="March 2, 2026",
    to=("State Archivist", "816 State Street"),
    about="Series WI-DEF-7Y",
    parts=(
        Heading("Records"),
        Paragraph('A line with <b>markup</b> and "quotes".\nA second line.'),
        Grid(("Series", "Years"), (("WI-DEF-7Y", "2017 to 2019"),)),
        Grid((), (("Volume", "118 records"),)),
    ),
    signature=("Signature", "City Clerk"),
    foot="This paper was not signed by the program.",
)


def test_text_and_page_say_the_same(tmp_path: Path) -> None:
    write_paper(PAPER, tmp_path / "a.pdf")
    write_paper(PAPER, tmp_path / "b.pdf")
    assert (tmp_path / "a.pdf").read_bytes() == (tmp_path / "b.pdf").read_bytes()
    reader = PdfReader(tmp_path / "a.pdf")
    page = " ".join(" ".join(each.extract_text() for each in reader.pages).split())
    text = as_text(PAPER)
    for said in (
        "State Archivist",
        "Series WI-DEF-7Y",
        "<b>markup</b>",
        "A second line.",
        "2017 to 2019",
        "118 records",
    ):
        assert said in page and said in " ".join(text.split())
    assert "Volume: 118 records" in text and "Years: 2017 to 2019" in text and text.endswith("program.\n")
    assert reader.trailer["/Root"]["/MarkInfo"]["/Marked"] and reader.metadata["/Title"] == PAPER.title
