"""HTML as the public saw it, on what people and programs write, and on what is meant to break a reader."""

import time

import pytest
from hypothesis import given, seed, settings
from hypothesis import strategies as st

from archiver.html_text import Embedded, plain

SEEN = {
    "plain text": ("Road closed\nuntil May", "Road closed\nuntil May"),
    "paragraphs": ("<p>One</p><p>Two</p>", "One\n\nTwo"),
    "breaks": ("one<br>two<br/>three", "one\ntwo\nthree"),
    "a line break in the markup is a space": ("<p>one\n   two</p>", "one two"),
    "but not in preformatted text": ("<pre>one\n  two</pre>three\nfour", "one\ntwo\nthree four"),
    "entities": ("5 &lt; 6 &amp; 7 &#x1F389; caf&eacute;&nbsp;au lait", "5 < 6 & 7 🎉 café au lait"),
    "no entity": ("AT&T & R&D; &nosuch;", "AT&T & R&D; &nosuch;"),
    "nothing is run": ("a<script>alert(1)</script><style>p{}</style><template>t</template>b", "ab"),
    "script that is not ended": ("a<script>alert(1)", "a"),
    "comments": ("a<!-- wp:paragraph -->b<!-->c<!--->d", "abcd"),
    "comment that is not ended": ("a<!-- b", "a<!-- b"),
    "comparison": ("if a < b and c > d", "if a < b and c > d"),
    "cut off in a tag": ("<p>one</p>two <a href='x", "one\ntwo <a href='x"),
    "CDATA": ("<![CDATA[one]]> two", "one two"),
    "conditional": ("<![if !vml]>one<![endif]> two", "one two"),
    "broken section": ("one<![foo[two]]>three", "onethree"),
    "section that is not ended": ("one<![CDATA[two>three", "onethree"),
    "head without an end": ("<head><title>T</title><meta name=a><p>one", "one"),
    "head without body": ("<head><style>x</style></head>one", "one"),
    "cells and items": ("<table><tr><td>Mon</td><td>9-5</td></tr></table><ul><li>a<li>b</ul>", "Mon\n\n9-5\n\na\nb"),
    "emoji that are pictures": ("Hello <img class='emoji wp' alt='🎉' src='e.svg'>!", "Hello 🎉!"),
    "nul and surrogate": ("a&#0;b&#xD800;c", "a\ufffdb\ufffdc"),
    "empty": ("", ""),
    "only markup": ("<p> <br> </p>", ""),
}


@pytest.mark.parametrize("name", list(SEEN))
def test_text_is_what_the_public_saw(name: str) -> None:
    markup, text = SEEN[name]
    assert plain(markup).text == text


def test_lines_that_people_typed_can_be_kept() -> None:
    assert plain("one\n<b>two</b>\r\nthree", keep_lines=True).text == "one\ntwo\nthree"


def test_title_links_and_what_is_embedded() -> None:
    page = plain(
        "<title>Town\nhall</title><a href=' /a '>a</a><a href='/a'>b</a><a>c</a><a href=''>d</a>"
        "<iframe src='https://video.example/1'></iframe><img src='/map.png' alt=' The map '><img src='/map.png'>"
        "<img data-src='late.jpg'><video src='v.mp4'></video><audio><source src='s.mp3' type='audio/mpeg'></audio>"
        "<img width=1 height=1 src='counts-readers.gif'><img src=''><a href='one' href='two'>e</a>"
    )
    assert page.title == "Town\nhall"
    assert page.links == ("/a", "https://video.example/1", "one")
    assert page.embedded == (
        Embedded(kind="image", address="/map.png", alt="The map"),
        Embedded(kind="image", address="late.jpg"),
        Embedded(kind="video", address="v.mp4"),
        Embedded(kind="audio", address="s.mp3"),
    )


HOSTILE = [
    "<",
    "<a",
    "<a ",
    "<a>",
    "<!--",
    "<!--x>",
    "<![CDATA[>",
    "<![",
    "<?",
    "</",
    "&",
    "&#",
    "<a b='\">",
    "<script></x",
]


@pytest.mark.parametrize("piece", [*HOSTILE, "<template></style>", "<a/", "<!"])
def test_hostile_markup_costs_time_in_proportion_to_its_length(piece: str) -> None:
    seconds = []
    for size in (50_000, 400_000):
        started = time.process_time()
        plain(piece * (size // len(piece)) + "'>")
        seconds.append(time.process_time() - started)
    assert seconds[1] < 8 * seconds[0] * 3 + 0.1  # eight times the length; a quadratic reader needs 64 times as long


def test_five_megabytes_of_less_than() -> None:
    started = time.process_time()
    assert plain("<" * 5_000_000).text == "<" * 5_000_000
    assert time.process_time() - started < 10


@seed(20250301)
@settings(max_examples=300, deadline=None)
@given(
    st.lists(st.sampled_from([*HOSTILE, "one", "</p>", "<p>", ">", "-->", "]]>", "<title>", "</script>", "\n", "é🎉"]))
)
def test_any_markup_is_read_to_its_end(pieces: list[str]) -> None:
    page = plain("".join(pieces))
    assert page.text == page.text.strip()


@seed(20250302)
@settings(max_examples=200, deadline=None)
@given(st.text())
def test_text_that_was_escaped_comes_back_whole(text: str) -> None:
    markup = text.replace("&", "&amp;").replace("<", "&lt;").replace("\r", "\n").replace("\0", "")
    said = plain("<pre>" + markup + "</pre>").text
    assert said.split() == text.replace("\r", "\n").replace("\0", "").split()
