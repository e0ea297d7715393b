"""What is handed over as PREMIS 3: each record, its versions in the WARC with their fixity, its files, and the rights.

The document is written piece by piece, since a transfer may hold many records. Rights name the schedule a record was
kept by, and for each record what speaks against showing it to everybody.
"""

from collections.abc import Iterable, Iterator
from xml.etree import ElementTree as Xml

from custody.ids import label_of
from exports.handed_over import WARC, Handed, HandedFile, HandedVersion, TransferFacts
from exports.premis_parts import CLOSING, OPENING, begin, identified, linked, name, text, written

_KIND = "ofrecord"


def premis_chunks(facts: TransferFacts, records: Iterable[Handed]) -> Iterator[bytes]:
    """The document, made as it is written."""
    yield OPENING
    access: dict[str, None] = {}
    seen: set[str] = set()
    runs: set[int] = set()
    for record in records:
        access.update(dict.fromkeys(record.access))
        runs |= {version.run for version in record.versions}
        yield written(_record(facts, record))
        for version in record.versions:
            yield written(_version(facts, record, version))
            for file in version.files:
                if file.name not in seen:
                    seen.add(file.name)
                    yield written(_file(facts, file))
    yield from map(written, _events(facts, sorted(runs)))
    yield from map(written, _agents(facts))
    yield written(_rights(facts, list(access)))
    yield CLOSING


def _record(facts: TransferFacts, record: Handed) -> Xml.Element:
    element = begin("object", "intellectualEntity")
    identified(element, "object", _KIND, _of_record(facts, record))
    for version in record.versions:
        _related(element, "has part", _of_version(facts, record, version))
    for file in dict.fromkeys(file.name for version in record.versions for file in version.files):
        _related(element, "has part", file)
    linked(element, "linkingEventIdentifier", facts.transfer_id)
    linked(element, "linkingRightsStatementIdentifier", _of_series(record.series, record.governed_by))
    for each in record.access:
        linked(element, "linkingRightsStatementIdentifier", _of_access(each))
    return element


def _version(facts: TransferFacts, record: Handed, version: HandedVersion) -> Xml.Element:
    element = begin("object", "bitstream")
    identified(element, "object", _KIND, _of_version(facts, record, version))
    _characteristics(element, version.sha256, version.length, "WARC", "1.1, gzip members")
    _stored(element, f"data/{WARC}, {version.length} bytes from byte {version.offset} on")
    _related(element, "is part of", _of_record(facts, record))
    linked(element, "linkingEventIdentifier", f"run {version.run}")
    linked(element, "linkingEventIdentifier", f"{facts.transfer_id} fixity")
    return element


def _file(facts: TransferFacts, file: HandedFile) -> Xml.Element:
    element = begin("object", "file")
    identified(element, "object", _KIND, file.name)
    _characteristics(element, file.sha256, file.size, file.media_type or "application/octet-stream", "")
    _stored(element, f"data/{file.name}")
    linked(element, "linkingEventIdentifier", f"{facts.transfer_id} fixity")
    return element


def _characteristics(element: Xml.Element, sha256: str, size: int, form: str, version: str) -> None:
    about = Xml.SubElement(element, name("objectCharacteristics"))
    text(about, "compositionLevel", "0")
    fixity = Xml.SubElement(about, name("fixity"))
    text(fixity, "messageDigestAlgorithm", "SHA-256")
    text(fixity, "messageDigest", sha256)
    text(about, "size", str(size))
    designation = Xml.SubElement(Xml.SubElement(about, name("format")), name("formatDesignation"))
    text(designation, "formatName", form)
    if version:
        text(designation, "formatVersion", version)


def _stored(element: Xml.Element, where: str) -> None:
    location = Xml.SubElement(Xml.SubElement(element, name("storage")), name("contentLocation"))
    text(location, "contentLocationType", "path in the bag")
    text(location, "contentLocationValue", where)


def _related(element: Xml.Element, how: str, to: str) -> None:
    relationship = Xml.SubElement(element, name("relationship"))
    text(relationship, "relationshipType", "structural")
    text(relationship, "relationshipSubType", how)
    identified(relationship, "relatedObject", _KIND, to)


def _events(facts: TransferFacts, runs: list[int]) -> Iterator[Xml.Element]:
    for run in runs:
        at, said = facts.runs[run]
        yield _event(f"run {run}", "capture", at, said, "taken in", ("program",))
    what = "each version compared with the digest it was kept with, each file with its own"
    yield _event(f"{facts.transfer_id} fixity", "fixity check", facts.made, what, "unchanged", ("program",))
    agents = ("person", "program", "city", "archives")
    yield _event(facts.transfer_id, "transfer", facts.made, facts.notice or "by schedule", "made, not received", agents)


def _event(value: str, kind: str, at: str, detail: str, outcome: str, agents: tuple[str, ...]) -> Xml.Element:
    element = begin("event")
    identified(element, "event", _KIND, value)
    text(element, "eventType", kind)
    text(element, "eventDateTime", at)
    text(Xml.SubElement(element, name("eventDetailInformation")), "eventDetail", detail)
    text(Xml.SubElement(element, name("eventOutcomeInformation")), "eventOutcome", outcome)
    for agent in agents:
        linked(element, "linkingAgentIdentifier", agent)
    return element


def _agents(facts: TransferFacts) -> Iterator[Xml.Element]:
    known = (
        ("person", facts.person, "person"),
        ("program", facts.software, "software"),
        ("city", facts.city, "organization"),
        ("archives", facts.body, "organization"),
    )
    for value, called, kind in known:
        element = begin("agent")
        identified(element, "agent", _KIND, value)
        text(element, "agentName", called)
        text(element, "agentType", kind)
        yield element


def _rights(facts: TransferFacts, access: list[str]) -> Xml.Element:
    rights = begin("rights")
    for row in facts.series:
        statement = Xml.SubElement(rights, name("rightsStatement"))
        identified(statement, "rightsStatement", _KIND, _of_series(row["series"], row["governed_by"]))
        text(statement, "rightsBasis", "statute")
        about = Xml.SubElement(statement, name("statuteInformation"))
        text(about, "statuteJurisdiction", facts.jurisdiction)
        text(about, "statuteCitation", row["authority"])
        kept = f"kept {row['period']}" if row["period"] else "period not known"
        text(about, "statuteNote", f"{kept}; rule verified by {row['verified_by'] or 'nobody yet'}")
        text(Xml.SubElement(statement, name("rightsGranted")), "act", "transfer")
    for each in access:
        statement = Xml.SubElement(rights, name("rightsStatement"))
        identified(statement, "rightsStatement", _KIND, _of_access(each))
        text(statement, "rightsBasis", "other")
        other = Xml.SubElement(statement, name("otherRightsInformation"))
        text(other, "otherRightsBasis", "noted by the city; no promise that nothing else restricts access")
        text(other, "otherRightsNote", each)
        granted = Xml.SubElement(statement, name("rightsGranted"))
        text(granted, "act", "disseminate")
        text(granted, "restriction", f"review before access: {each}")
    return rights


def _of_record(facts: TransferFacts, record: Handed) -> str:
    return f"{facts.log} {label_of(record.number)}"


def _of_version(facts: TransferFacts, record: Handed, version: HandedVersion) -> str:
    return f"{_of_record(facts, record)} version {version.n}"


def _of_series(series: str, governed_by: str) -> str:
    return f"series {series} governed by {governed_by}"


def _of_access(words: str) -> str:
    return f"access: {words}"
