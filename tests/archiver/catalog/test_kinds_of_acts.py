"""Every kind of act there is can be read back by the check of the ledger."""

import pytest

from archiver.catalog import acts, ledger_check


@pytest.mark.parametrize("kind", acts.kinds())
def test_the_ledgers_check_knows_the_form_of_every_kind(kind: str) -> None:
    entry = f'{{"C":"{"0" * 64}","act":7,"subject":1,"t":"{kind}","ts":"2026-01-02T03:04:05.678Z","v":1}}'.encode()
    match = ledger_check._OTHER.fullmatch(entry)
    assert match is not None and match["kind"] == kind.encode() and match["act"] == b"7"
