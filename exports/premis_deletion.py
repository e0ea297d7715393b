"""A destruction as PREMIS 3 events, for whoever keeps preservation metadata: one object and one deletion a record.

Agents are both people and the program; the outcome is that of the search for remains; rights name the schedule.
"""

from collections.abc import Mapping
from typing import Any
from xml.etree import ElementTree as Xml

from custody.authority import numbers_in
from custody.ids import label_of
from exports.premis_parts import NAMESPACE as NAMESPACE
from exports.premis_parts import XSI, identified, linked, text
from exports.premis_parts import name as _name


def premis_of(document: Mapping[str, Any]) -> bytes:
    """The PREMIS 3 document of a certificate, as UTF-8 XML."""
    Xml.register_namespace("", NAMESPACE)
    Xml.register_namespace("xsi", XSI)
    root = Xml.Element(_name("premis"), {"version": "3.0"})
    numbers = numbers_in(document["records"])
    for number in numbers:
        _object(root, document, number)
    _event(root, document, numbers)
    for each in {each["user"]: each for each in reversed(document["people"])}.values():
        _agent(root, f"user {each['user']}", each["name"], "person", each["role"])
    _agent(root, "program", document["tool"], "software", "carried out the destruction and searched for remains")
    _rights(root, document)
    Xml.indent(root)
    made: bytes = Xml.tostring(root, encoding="utf-8", xml_declaration=True)
    return made + b"\n"


def _object(root: Xml.Element, document: Mapping[str, Any], number: int) -> None:
    element = Xml.SubElement(root, _name("object"), {f"{{{XSI}}}type": "intellectualEntity"})
    identified(element, "object", "ofrecord record number", f"{document['log']} {label_of(number)}")


def _event(root: Xml.Element, document: Mapping[str, Any], numbers: list[int]) -> None:
    element = Xml.SubElement(root, _name("event"))
    identified(element, "event", "certificate of disposition", document["certificate"])
    text(element, "eventType", "deletion")
    text(element, "eventDateTime", document["executed"]["at"])
    details = Xml.SubElement(element, _name("eventDetailInformation"))
    text(details, "eventDetail", "; ".join(document["method"]))
    outcome = Xml.SubElement(element, _name("eventOutcomeInformation"))
    residue = document["residue"]
    text(outcome, "eventOutcome", "no remains found" if not residue["hits"] else "remains found")
    more = Xml.SubElement(outcome, _name("eventOutcomeDetail"))
    searched = (
        f"{residue['files']} files, {residue['bytes']} bytes, {residue['needles']} needles, {residue['hits']} hits"
    )
    text(more, "eventOutcomeDetailNote", f"{searched}; found gone {document['verified']['at']}")
    for each in document["people"]:
        linked(element, "linkingAgentIdentifier", f"user {each['user']}", each["step"])
    linked(element, "linkingAgentIdentifier", "program", "executed")
    for number in numbers:
        linked(element, "linkingObjectIdentifier", f"{document['log']} {label_of(number)}", "deleted")


def _agent(root: Xml.Element, number: str, name: str, kind: str, note: str) -> None:
    element = Xml.SubElement(root, _name("agent"))
    identified(element, "agent", "ofrecord", number)
    text(element, "agentName", name)
    text(element, "agentType", kind)
    text(element, "agentNote", note)


def _rights(root: Xml.Element, document: Mapping[str, Any]) -> None:
    rights = Xml.SubElement(root, _name("rights"))
    for row in document["series"]:
        statement = Xml.SubElement(rights, _name("rightsStatement"))
        identified(
            statement, "rightsStatement", "retention series", f"{row['series']} governed by {row['governed_by']}"
        )
        text(statement, "rightsBasis", "statute")
        about = Xml.SubElement(statement, _name("statuteInformation"))
        text(about, "statuteJurisdiction", document["jurisdiction"])
        text(about, "statuteCitation", row["authority"])
        text(about, "statuteNote", f"{row['period']}; rule verified by {row['verified_by'] or 'nobody yet'}")
        granted = Xml.SubElement(statement, _name("rightsGranted"))
        text(granted, "act", "delete")
