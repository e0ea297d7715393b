"""The files beside the vault are checked too: keys, answers, letters, notices, certificates."""

import random
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pysqlite3.dbapi2 as driver
import pytest

from archiver.signing import new_key
from console.cli.main import main
from custody.errors import DamageError
from custody.ids import RecordNumber
from custody.request import Mark
from tests.conftest import Archive
from tests.workflows.purge_scene import OLD, Scene, quick_keys
from tests.workflows.test_answering import collected, respond
from workflows import (
    answering,
    auditing,
    certificates,
    deciding,
    letters,
    noticing,
    packaging,
    papering,
    purge_carrying_out,
    requesting,
)
from workflows.auditing import Level
from workflows.letters import Wish
from workflows.noticing import Wanted
from workflows.request_life import life_of
from workflows.starting import objections

SEED = 20261121
Jsonl = Callable[..., Path]


def found(archive: Archive, level: Level = Level.V4) -> dict[str, set[str]]:
    with archive.reading() as house:
        findings = auditing.verify(house, lambda done: None, level).findings
    return {each.code: {other.object for other in findings if other.code == each.code} for each in findings}


@pytest.fixture
def answered(archive: Archive, jsonl: Jsonl) -> Archive:
    archive.take_in(jsonl("a", *({"object_id": str(n), "text": f"snow {n}"} for n in range(3))))
    collected(archive)
    with archive.writing() as house:
        requesting.mark(house, 1, None, Mark.RELEASE, "", "")
    respond(archive)
    return archive


def damaged(path: Path) -> Iterator[None]:
    """One bit of a file at a time, each at a place drawn anew; the file is sound again afterwards."""
    chance, sound = random.Random(f"{SEED} {path.name}"), path.read_bytes()
    for _ in range(4):
        at = chance.randrange(len(sound))
        path.write_bytes(sound[:at] + bytes([sound[at] ^ 1 << chance.randrange(8)]) + sound[at + 1 :])
        yield
        path.write_bytes(sound)


def test_another_signing_key_is_found_at_once_and_never_used(answered: Archive, tmp_path: Path) -> None:
    path = answered.settings.key
    sound = path.read_bytes()
    new_key(tmp_path / "other.key", "other")
    path.write_bytes((tmp_path / "other.key").read_bytes())
    assert found(answered, Level.V0) == {"signing-key-changed": {"ledger.key"}}
    before = (answered.home / "catalog.sqlite").read_bytes()
    with pytest.raises(DamageError, match="not the key that the ledger names"), answered.writing():
        pass
    assert (answered.home / "catalog.sqlite").read_bytes() == before
    with pytest.raises(DamageError, match="not the key that the ledger names"):
        auditing.rebuild_catalog(answered.settings, lambda done: None, answered.clock)
    path.write_bytes(b"nonsense")
    assert found(answered, Level.V0) == {"signing-key-changed": {"ledger.key"}}
    path.write_bytes(sound)
    assert found(answered) == {}


def test_a_changed_bit_of_an_answer_is_found_and_the_file_named(answered: Archive) -> None:
    folder, tried = answered.settings.responses / "request-1", 0
    with answered.writing() as house:
        answering.respond(house, 1, None, lambda done: None, packaging.Wanted(formats=("bag",)))
        papering.paper(house, 1, None, lambda done: None)
    for path in sorted(folder.rglob("*.*")):
        if path.suffix not in (".pdf", ".zip"):
            continue
        name = path.relative_to(answered.home).as_posix()
        for _ in damaged(path):
            assert found(answered) == {"answer-changed": {name}}
            tried += 1
    assert tried == 4 * 10, "answers now and before, with certifications; city copies; the bag; the answer on paper"
    assert found(answered) == {}


def test_an_answer_that_was_put_aside_is_checked_and_one_that_was_removed_is_not_missed(answered: Archive) -> None:
    folder = answered.settings.responses / "request-1"
    with answered.writing() as house:
        requesting.mark(house, 1, [RecordNumber(1)], Mark.WITHHOLD, "WI-BAL", "a private matter of a resident")
    respond(answered)
    earlier = folder / "earlier" / "01" / "response.pdf"
    assert found(answered) == {} and earlier.exists()
    for _ in damaged(earlier):
        assert found(answered) == {"answer-changed": {"responses/request-1/earlier/01/response.pdf"}}
    (folder / "response.zip").unlink()
    assert found(answered) == {}, "what was sent has a retention of its own, and can be made again"


def test_a_changed_letter_that_was_sent_is_found(answered: Archive) -> None:
    with answered.writing() as house:
        deciding.decide(house, 1, "email", "", None)
    files = sorted((answered.home / "letters").rglob("01-*.*"))
    assert [path.suffix for path in files] == [".pdf", ".txt"]
    for path in files:
        for _ in damaged(path):
            assert found(answered) == {"letter-changed": {path.relative_to(answered.home).as_posix()}}


def test_an_answer_written_again_with_more_beside_it_is_no_false_alarm(answered: Archive) -> None:
    """A bag and a copy on paper may be asked for after the determination: acts name them then, once."""
    sizes = []
    with answered.writing() as house:
        deciding.decide(house, 1, "email", "", None)
        for _ in range(3):
            answering.respond(house, 1, None, lambda done: None, packaging.Wanted(formats=("bag",)))
            papering.paper(house, 1, None, lambda done: None)
            sizes.append(house.ledger.size())
    assert sizes[0] == sizes[1] == sizes[2] and found(answered) == {}
    for name in ("response-bag.zip", "certification.pdf", "paper.pdf"):
        for _ in damaged(answered.settings.responses / "request-1" / name):
            assert found(answered) == {"answer-changed": {f"responses/request-1/{name}"}}


def test_a_letter_that_another_version_of_the_typesetter_wrote_again_is_no_false_alarm(answered: Archive) -> None:
    """The digest in the act is that of the first writing; what is written now counts as well."""
    with answered.writing() as house:
        life = life_of(house, 1)
        written, (kind, number, data) = letters.sending(house, life, Wish(kind="grant"), "email", "", None)
        house.journal.write((kind, number, {**data, "pdf_sha256": "0" * 64}))
        letters.keep(house, 1, data)
    (path,) = (answered.home / "letters").rglob("01-*.pdf")
    assert written.pdf == path.read_bytes() and found(answered) == {}
    for _ in damaged(path):
        assert found(answered) == {"letter-changed": {path.relative_to(answered.home).as_posix()}}


def test_changed_papers_of_a_destruction_are_found(
    archive: Archive, jsonl: Jsonl, monkeypatch: pytest.MonkeyPatch
) -> None:
    quick_keys(monkeypatch)
    archive.take_in(jsonl("a", *({"object_id": str(n), "text": f"post {n}", **OLD} for n in range(3))))
    scene = Scene(archive)
    number = scene.ready()
    with scene.by("Carla Clerk") as (house, clerk):
        purge_carrying_out.carry_out(house, clerk, number, 3, (), lambda what, done, total: None)
    with archive.writing() as house:
        written = certificates.write_certificate(house, number, archive.home / "certificates")
    assert found(archive) == {}
    for path in (written.json, written.pdf, written.premis):
        for _ in damaged(path):
            assert found(archive) == {"certificate-changed": {path.relative_to(archive.home).as_posix()}}
    key = next(iter(sorted((archive.home / "keys").glob("*.json"))))
    sound = key.read_text()
    other = sorted((archive.home / "keys").glob("*.json"))[-1].read_text()
    for wrong in (other, "nonsense", sound.replace('"about"', '"abaut"')):
        key.write_text(wrong)
        assert found(archive) == {"person-key-changed": {f"keys/{key.name}"}}
    key.write_text(sound)
    assert found(archive) == {}


def test_a_changed_notice_is_found(archive: Archive, jsonl: Jsonl) -> None:
    archive.take_in(jsonl("a", {"object_id": "1", "text": "an old post", **OLD}))
    with archive.writing() as house:
        noticing.draft(house, Wanted(contact="Dana Ruiz", phone="715-555-0100"))
    for name in ("notices/notice-1.txt", "notices/notice-1.pdf"):
        for _ in damaged(archive.home / name):
            assert found(archive) == {"letter-changed": {name}}
    assert found(archive) == {}


def test_a_command_that_only_reads_says_what_each_start_finds(
    answered: Archive, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["--home", str(answered.home), "search", "snow", "--count", "--json"]

    def said() -> str:
        with pytest.raises(SystemExit) as ended:
            main(words)
        out, err = capsys.readouterr()
        assert ended.value.code == 0 and '"count": 3' in out, err
        return err

    assert said() == ""
    sound = answered.settings.key.read_bytes()
    new_key(tmp_path / "other.key", "other")
    answered.settings.key.write_bytes((tmp_path / "other.key").read_bytes())
    assert said().startswith("Careful: ledger.key: it is not the key that the ledger names. Run `ofrecord verify`")
    answered.settings.key.write_bytes(sound)
    for root, told in (
        ("zeroblob(32)", "the entries do not give the root that was kept"),
        ("'x'", "catalog.sqlite: a value in it is of another kind than was written"),
    ):
        connection = driver.connect(answered.settings.catalog)
        connection.execute(f"UPDATE checkpoint SET root = {root} WHERE size = (SELECT max(size) FROM checkpoint)")
        connection.commit()
        connection.close()
        assert told in said()


def test_what_each_start_looks_at_takes_little_time(answered: Archive) -> None:
    """Two seconds are wanted. It does not grow with the archive: a signature, and at most a thousand hashes."""
    began = time.monotonic()
    for _ in range(5):
        assert objections(answered.settings) == ()
    assert (time.monotonic() - began) / 5 < 0.5
