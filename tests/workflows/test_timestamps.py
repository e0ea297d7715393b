"""Time stamps, by an authority that lives in the test's own folder (`openssl ts`)."""

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from archiver import timestamps
from custody.clock import system_clock
from custody.errors import DamageError, InputError, UnavailableError
from tests.conftest import Archive
from workflows import anchoring, auditing

pytestmark = pytest.mark.skipif(shutil.which("openssl") is None, reason="no openssl to be an authority with")

_CONFIG = """
[req]
distinguished_name = dn
[dn]
[root]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign
[tsa]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = critical, timeStamping
[tsa_config]
serial = {folder}/serial
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256, sha512
accuracy = secs:1
"""
Authority = Callable[[Path], Path]


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    """Answers a question file; its root certificate is `root.pem` in its folder."""
    folder = tmp_path / "authority"
    folder.mkdir()
    (folder / "config").write_text(_CONFIG.format(folder=folder))
    (folder / "serial").write_text("01")

    def openssl(*words: str) -> None:
        subprocess.run(["openssl", *words], cwd=folder, check=True, capture_output=True)

    subject = ["-config", "config", "-newkey", "rsa:2048", "-nodes"]
    made = ("-keyout", "root.key", "-out", "root.pem")
    openssl("req", "-x509", *subject, "-subj", "/CN=root", "-extensions", "root", *made)
    openssl("req", *subject, "-subj", "/CN=tsa", "-keyout", "tsa.key", "-out", "tsa.csr")
    openssl("x509", "-req", "-in", "tsa.csr", "-CA", "root.pem", "-CAkey", "root.key", "-CAcreateserial",
            "-extfile", "config", "-extensions", "tsa", "-out", "tsa.pem")  # fmt: skip

    def answer(question: Path) -> Path:
        reply = question.with_suffix(".tsr")
        openssl("ts", "-reply", "-config", "config", "-section", "tsa_config", "-queryfile", str(question),
                "-signer", "tsa.pem", "-inkey", "tsa.key", "-out", str(reply))  # fmt: skip
        return reply

    return answer


def test_a_stamp_is_asked_for_and_checked_ever_after(archive: Archive, authority: Authority, tmp_path: Path) -> None:
    archive.clock = system_clock
    root = tmp_path / "authority" / "root.pem"
    with archive.writing() as house:
        beside = anchoring.stamp(house, tmp_path / "checkpoint.tsq")
    reply = authority(tmp_path / "checkpoint.tsq")
    with archive.writing() as house:
        moment = anchoring.take_stamp(house, reply, root)
    assert abs((system_clock() - moment).total_seconds()) < 600
    with archive.reading() as house:
        status = anchoring.status(house, system_clock())
        assert status["stamp_hours"] is not None and status["hours"] is not None
        assert auditing.verify(house, lambda done: None).findings == ()
    assert b"ofrecord/" not in (tmp_path / "checkpoint.tsq").read_bytes() and beside.exists()


def test_an_entry_later_than_its_stamp_is_found(archive: Archive, authority: Authority, tmp_path: Path) -> None:
    later = archive.clock()
    archive.clock = lambda: later.replace(year=later.year + 50)
    with archive.writing() as house:
        archive_note = anchoring.stamp(house, tmp_path / "c.tsq")
        house.journal.write(("bytes.checked", 0, {"bytes": 0, "of": 0, "findings": 0, "oldest": None}))
        anchoring.stamp(house, tmp_path / "d.tsq")
    assert archive_note.exists()
    reply = authority(tmp_path / "d.tsq")
    with archive.writing() as house:
        anchoring.take_stamp(house, reply, tmp_path / "authority" / "root.pem")
    with archive.reading() as house:
        assert {found.code for found in auditing.verify(house, lambda done: None).findings} == {"time-impossible"}


def test_what_is_no_stamp_of_this_is_refused(archive: Archive, authority: Authority, tmp_path: Path) -> None:
    root = tmp_path / "authority" / "root.pem"
    with archive.writing() as house:
        beside = anchoring.stamp(house, tmp_path / "checkpoint.tsq")
        reply = authority(tmp_path / "checkpoint.tsq")
        token = reply.read_bytes()
        with pytest.raises(DamageError, match="does not fit"):
            timestamps.stamped_at(token, b"something else", root.read_bytes())
        with pytest.raises(InputError, match="no time stamp"):
            timestamps.stamped_at(b"nonsense", b"x", root.read_bytes())
        with pytest.raises(InputError, match="no certificate"):
            timestamps.stamped_at(token, b"x", b"nonsense")
        with pytest.raises(UnavailableError, match="cannot be read"):
            anchoring.take_stamp(house, tmp_path / "missing.tsr", root)
        beside.write_text(beside.read_text().replace("ofrecord/", "other/", 1))
        with pytest.raises(DamageError):
            anchoring.take_stamp(house, reply, root)
    changed = refused = 0
    note = archive.home.name.encode()
    for place in range(0, len(token), max(1, len(token) // 150)):
        damaged = token[:place] + bytes([token[place] ^ 1]) + token[place + 1 :]
        changed += 1
        try:
            timestamps.stamped_at(damaged, note, root.read_bytes())
        except (DamageError, InputError):
            refused += 1
    assert changed >= 150 and refused == changed
