"""What PREMIS 3.0 says of the order of elements, which must be there and which may come once, as far as we write them.

Written from the standard's data dictionary; it is not the schema, which is not at hand.
"""

from collections.abc import Iterator
from xml.etree import ElementTree as Xml

NAMESPACE = "{http://www.loc.gov/premis/v3}"
XSI_TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"

_LINK = "linkingEventIdentifier* linkingRightsStatementIdentifier*"
_RULES = {
    "premis": "object+ event* agent* rights*",
    "intellectualEntity": f"objectIdentifier+ relationship* {_LINK}",
    "file": f"objectIdentifier+ objectCharacteristics+ originalName? storage* relationship* {_LINK}",
    "bitstream": f"objectIdentifier+ objectCharacteristics+ storage* relationship* {_LINK}",
    "objectCharacteristics": "compositionLevel? fixity* size? format+",
    "fixity": "messageDigestAlgorithm messageDigest messageDigestOriginator?",
    "format": "formatDesignation",
    "formatDesignation": "formatName formatVersion?",
    "storage": "contentLocation? storageMedium?",
    "contentLocation": "contentLocationType contentLocationValue",
    "relationship": "relationshipType relationshipSubType relatedObjectIdentifier+",
    "event": "eventIdentifier eventType eventDateTime eventDetailInformation* eventOutcomeInformation* "
    "linkingAgentIdentifier* linkingObjectIdentifier*",
    "eventDetailInformation": "eventDetail?",
    "eventOutcomeInformation": "eventOutcome? eventOutcomeDetail*",
    "eventOutcomeDetail": "eventOutcomeDetailNote?",
    "agent": "agentIdentifier+ agentName* agentType? agentVersion? agentNote*",
    "rights": "rightsStatement*",
    "rightsStatement": "rightsStatementIdentifier rightsBasis statuteInformation* "
    "otherRightsInformation? rightsGranted*",
    "statuteInformation": "statuteJurisdiction statuteCitation statuteNote*",
    "otherRightsInformation": "otherRightsBasis otherRightsNote*",
    "rightsGranted": "act restriction* rightsGrantedNote*",
}
for _each in ("object", "event", "agent", "rightsStatement", "relatedObject", "linkingEvent", "linkingRightsStatement"):
    _RULES[f"{_each}Identifier"] = f"{_each}IdentifierType {_each}IdentifierValue"
for _each in ("linkingAgent", "linkingObject"):
    _RULES[f"{_each}Identifier"] = f"{_each}IdentifierType {_each}IdentifierValue {_each}Role*"


def faults(document: bytes) -> list[str]:
    """Everything in a PREMIS document that the standard does not have so."""
    root = Xml.fromstring(document)
    found = [] if root.get("version") == "3.0" else ["premis: its version is not 3.0"]
    for element in root.iter():
        found += _faults_of(element)
    return [*found, *_loose_links(root)]


def _faults_of(element: Xml.Element) -> Iterator[str]:
    name = element.tag.removeprefix(NAMESPACE)
    rule = _RULES.get(element.get(XSI_TYPE, "") if name == "object" else name)
    there = [each.tag.removeprefix(NAMESPACE) for each in element]
    if rule is None:
        if there or name == "object":
            yield f"{name}: no such thing may hold anything"
        elif not (element.text or "").strip():
            yield f"{name}: nothing stands in it"
        return
    names = [part.rstrip("+*?") for part in rule.split()]
    for part, wanted in zip(rule.split(), names, strict=True):
        if part[-1] not in "*?" and wanted not in there:
            yield f"{name}: {wanted} is missing"
        if part[-1] not in "*+" and there.count(wanted) > 1:
            yield f"{name}: {wanted} stands there more than once"
    strange = [each for each in there if each not in names]
    if strange:
        yield f"{name}: {strange[0]} is not known there"
    elif there != sorted(there, key=names.index):
        yield f"{name}: its parts are not in order"


def _loose_links(root: Xml.Element) -> Iterator[str]:
    """Links to what the document does not hold. A deletion may name objects only, never what is nowhere."""
    for what, links in (
        ("object", ("relatedObject", "linkingObject")),
        ("event", ("linkingEvent",)),
        ("agent", ("linkingAgent",)),
        ("rightsStatement", ("linkingRightsStatement",)),
    ):
        known = {each.text for each in root.iter(f"{NAMESPACE}{what}IdentifierValue")}
        for link in links:
            for each in root.iter(f"{NAMESPACE}{link}IdentifierValue"):
                if each.text not in known:
                    yield f"{link}Identifier: {each.text} is not in the document"
