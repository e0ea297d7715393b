"""The rules themselves: a PREMIS document that breaks one is found out. Real documents are put to them in the tests of
certificates and transfers."""

import pytest

from tests.exports.premis_rules import faults

GOOD = (
    '<premis xmlns="http://www.loc.gov/premis/v3" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" version="3.0">'
    '<object xsi:type="intellectualEntity"><objectIdentifier><objectIdentifierType>a</objectIdentifierType>'
    "<objectIdentifierValue>R1</objectIdentifierValue></objectIdentifier></object>"
    "<event><eventIdentifier><eventIdentifierType>a</eventIdentifierType><eventIdentifierValue>E1"
    "</eventIdentifierValue></eventIdentifier><eventType>deletion</eventType><eventDateTime>2026-01-01</eventDateTime>"
    "<linkingObjectIdentifier><linkingObjectIdentifierType>a</linkingObjectIdentifierType>"
    "<linkingObjectIdentifierValue>R1</linkingObjectIdentifierValue></linkingObjectIdentifier></event></premis>"
)


def test_a_right_document_has_no_faults() -> None:
    assert faults(GOOD.encode()) == []


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('version="3.0"', 'version="2.2"', "version"),
        ("<eventType>deletion</eventType>", "", "eventType is missing"),
        ("<eventType>deletion</eventType>", "<eventType/>", "nothing stands in it"),
        ("<eventType>deletion</eventType>", "<eventType>a</eventType><eventType>b</eventType>", "more than once"),
        ("<eventType>deletion</eventType>", "<eventKind>deletion</eventKind>", "eventKind is not known"),
        (
            "<eventType>deletion</eventType><eventDateTime>2026-01-01</eventDateTime>",
            "<eventDateTime>2026-01-01</eventDateTime><eventType>deletion</eventType>",
            "not in order",
        ),
        ('xsi:type="intellectualEntity"', "", "object"),
        ("<linkingObjectIdentifierValue>R1", "<linkingObjectIdentifierValue>R2", "R2 is not in the document"),
    ],
)
def test_a_broken_rule_is_found(old: str, new: str, said: str) -> None:
    assert old in GOOD
    assert any(said in each for each in faults(GOOD.replace(old, new, 1).encode()))
