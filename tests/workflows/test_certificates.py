"""The certificate of a destruction: what it says, what it never says, that anybody can check it, and that each change
of it is noticed.
"""

import base64
import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as Xml

import pytest
from pypdf import PdfReader

from custody.errors import InputError, UnavailableError
from exports.certificate import paper_of
from exports.paper import as_text
from tests.conftest import Archive
from tests.exports.premis_rules import faults
from tests.workflows.purge_scene import OLD, Scene, quick_keys
from workflows import auditing, certificates, log_book, purge_carrying_out, purge_steps
from workflows.auditing import Level
from workflows.certificates import Written, check_file
from workflows.log_book import Wanted

Jsonl = Callable[..., Path]
SECRET = "zebrafish quartz"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Scene, Written]:
    """One purge that was carried out, and its certificate."""
    with pytest.MonkeyPatch.context() as patch:
        quick_keys(patch)
        return _made(tmp_path_factory.mktemp("certificate"))


def _made(folder: Path) -> tuple[Scene, Written]:
    from custody.clock import fixed_clock
    from tests.conftest import NOW

    archive = Archive(folder / "home", fixed_clock(NOW))
    author = {"name": "Jane Secretperson", "handle": "@janesecret"}
    lines = [
        {"object_id": f"id-{n}", "text": f"{SECRET} number {n}", "author": author,
         "permalink": f"https://social.example/{n}", "kind": "post", **OLD}
        for n in range(1, 8)
    ]  # fmt: skip
    (folder / "a").mkdir()
    (folder / "a" / "records.jsonl").write_text("\n".join(map(json.dumps, lines)) + "\n")
    archive.take_in(folder / "a")
    (folder / "b").mkdir()
    (folder / "b" / "records.jsonl").write_text(json.dumps({**lines[2], "text": f"{SECRET}, edited"}) + "\n")
    archive.take_in(folder / "b")
    scene = Scene(archive)
    number = scene.ready()
    with scene.by("Carla Clerk") as (house, clerk):
        backups = [{"medium": "stick", "set": "2026-11-20T18-00-00Z-0001", "at": "2026-11-20", "expires": "2027-01-15"}]
        purge_carrying_out.carry_out(house, clerk, number, 7, backups, lambda what, done, total: None)
    with archive.reading() as house:
        return scene, certificates.write_certificate(house, number, folder / "out")


def document(written: Written) -> dict[str, Any]:
    return dict(json.loads(written.json.read_bytes()))


def test_it_checks_and_proves_every_version(made: tuple[Scene, Written]) -> None:
    found = check_file(made[1].json, "")
    assert found.problems == () and found.proved == 8
    assert found.document["certificate"] == "DC-2026-0001" and found.document["count"] == 7
    key = document(made[1])["key"]
    assert check_file(made[1].json, key).problems == ()
    other = check_file(made[1].json, "ofrecord/other+00000000+AAAA")
    assert other.problems == ("it is signed by another key than the one you gave",)


def test_nothing_of_what_was_destroyed_stands_in_it(made: tuple[Scene, Written]) -> None:
    page = " ".join(page.extract_text() for page in PdfReader(made[1].pdf).pages)
    whole = made[1].json.read_text() + made[1].premis.read_text() + page
    for word in ("zebrafish", "quartz", "Secretperson", "janesecret", "social.example", "id-3"):
        assert word not in whole and base64.b64encode(word.encode()).decode()[:8] not in whole


def test_the_paper_says_what_a_court_would_ask(made: tuple[Scene, Written]) -> None:
    scene, written = made
    said = " ".join(as_text(paper_of(document(written)["document"], ("City",), "America/Chicago")).split())
    page = " ".join(" ".join(page.extract_text() for page in PdfReader(written.pdf).pages).split())
    for words in (
        "Certificate of disposition DC-2026-0001", "7 public records destroyed for good", "R1 to R7", "in 8 versions",
        "Wis. Stat. 19.21(4)(b)", "NOBODY YET", "NOT VERIFIED", "Maple Falls Municipal Code 2.40", "Carla Clerk, clerk",
        "Dana Ruiz, custodian", "Max Director", "2026-11-20T18-00-00Z-0001", "2027-01-15", "found 0", "tombstones",
        "kept for ever", "at least 14 days",
    ):  # fmt: skip
        assert words in said, words
        assert words.replace(" ", "") in page.replace(" ", ""), words
    assert "SHORTER THAN USUAL" not in said


def test_it_comes_out_the_same_every_time(made: tuple[Scene, Written], tmp_path: Path) -> None:
    scene, written = made
    with scene.archive.reading() as house:
        again = certificates.write_certificate(house, 1, tmp_path)
    for name in ("json", "pdf", "premis"):
        assert getattr(again, name).read_bytes() == getattr(written, name).read_bytes(), name


def test_it_is_issued_once_and_follows_from_acts_alone(made: tuple[Scene, Written]) -> None:
    scene, written = made
    before = document(written)["document"]
    auditing.rebuild_catalog(scene.archive.settings, lambda done: None, scene.archive.clock)
    with scene.archive.writing() as house:
        assert certificates.document_of(house, 1) == before
        assert certificates.issue(house, 1, ("another method",), 0) == before
        assert purge_steps.purge_of(house, 1).state.value == "certified"
    with scene.archive.reading() as house:
        assert auditing.verify(house, lambda done: None, Level.V4).clean
    with scene.by("Carla Clerk") as (house, clerk), pytest.raises(UnavailableError, match="has been carried out"):
        purge_steps.cancel(house, clerk, 1, "too late")


def test_premis_names_people_outcome_and_schedule(made: tuple[Scene, Written]) -> None:
    ns = {"p": "http://www.loc.gov/premis/v3"}
    assert faults(made[1].premis.read_bytes()) == []
    root = Xml.fromstring(made[1].premis.read_bytes())
    assert root.attrib["version"] == "3.0" and len(root.findall("p:object", ns)) == 7
    assert [e.text for e in root.findall("p:event/p:eventType", ns)] == ["deletion"]
    assert root.findtext("p:event/p:eventOutcomeInformation/p:eventOutcome", namespaces=ns) == "no remains found"
    assert {e.text for e in root.findall("p:agent/p:agentName", ns)} >= {"Carla Clerk", "Dana Ruiz"}
    cited = root.findtext("p:rights/p:rightsStatement/p:statuteInformation/p:statuteCitation", namespaces=ns)
    assert cited == "Wis. Stat. 19.21(4)(b)"
    roles = [e.text for e in root.findall("p:event/p:linkingAgentIdentifier/p:linkingAgentRole", ns)]
    assert roles == ["proposed", "approved", "begun", "executed"]


def _paths(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    if isinstance(value, dict):
        return [found for name in value for found in _paths(value[name], (*path, name))]
    if isinstance(value, list):
        return [found for place, each in enumerate(value) for found in _paths(each, (*path, place))]
    return [path]


def _other(value: Any) -> Any:
    match value:
        case bool():
            return not value
        case int():
            return value + 1
        case str():
            return f"{value[:-2]}{'B' if value[-2:-1] != 'B' else 'C'}{value[-1:]}" if len(value) > 1 else f"{value}x"
    return "x"


def test_every_change_of_it_is_noticed(made: tuple[Scene, Written], tmp_path: Path) -> None:
    """Each value in the file, changed one at a time: refused as unreadable, or named as not fitting."""
    seed = random.randrange(1 << 32)
    print("seed", seed)
    whole, path = made[1].json.read_text(), tmp_path / "certificate.json"
    paths = _paths(json.loads(whole))
    assert len(paths) > 200
    for chosen in random.Random(seed).sample(paths, 220):
        changed = json.loads(whole)
        place = changed
        for step in chosen[:-1]:
            place = place[step]
        place[chosen[-1]] = _other(place[chosen[-1]])
        path.write_text(json.dumps(changed))
        try:
            problems = check_file(path, "").problems
        except InputError:
            continue
        assert problems, f"{chosen}: {place[chosen[-1]]!r}"


@pytest.mark.parametrize("broken", ["", "{}", "[]", "null", '{"format": "x"}', "\x00", "[" * 100_000])
def test_what_is_no_certificate_is_said_to_be_none(broken: str, tmp_path: Path) -> None:
    path = tmp_path / "c.json"
    path.write_text(broken)
    with pytest.raises(InputError, match="no certificate"):
        check_file(path, "")


def test_leaving_out_a_step_or_a_record_is_noticed(made: tuple[Scene, Written], tmp_path: Path) -> None:
    whole, path = document(made[1]), tmp_path / "certificate.json"
    for number in range(len(whole["acts"])):
        path.write_text(json.dumps({**whole, "acts": whole["acts"][:number] + whole["acts"][number + 1 :]}))
        assert check_file(path, "").problems, whole["acts"][number]["act"]["kind"]
    for number in range(len(whole["items"])):
        path.write_text(json.dumps({**whole, "items": whole["items"][:number] + whole["items"][number + 1 :]}))
        assert check_file(path, "").problems


def test_taking_a_certificate_is_written_down(made: tuple[Scene, Written]) -> None:
    with made[0].archive.reading() as house:
        lines = log_book.reads(house, Wanted(kind="purge.certificate")).lines
    assert lines and lines[0].said.endswith("took the certificate of purge 1: 7 records")


def test_before_the_destruction_there_is_none(archive: Archive, jsonl: Jsonl, monkeypatch: pytest.MonkeyPatch) -> None:
    quick_keys(monkeypatch)
    archive.take_in(jsonl("a", OLD))
    scene = Scene(archive)
    number = scene.proposed()
    with scene.archive.writing() as house:
        with pytest.raises(UnavailableError, match="has no certificate"):
            certificates.write_certificate(house, number, archive.home / "out")
        with pytest.raises(UnavailableError, match="is not over"):
            certificates.issue(house, number, (), 0)
