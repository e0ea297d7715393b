"""The parts that every PREMIS 3 document is made of: identified things, links between them, text that XML can hold."""

from xml.etree import ElementTree as Xml

NAMESPACE = "http://www.loc.gov/premis/v3"
XSI = "http://www.w3.org/2001/XMLSchema-instance"


def name(local: str) -> str:
    """The name of an element in the namespace."""
    return f"{{{NAMESPACE}}}{local}"


def begin(local: str, kind: str = "") -> Xml.Element:
    """An element of its own; an object's `kind` is intellectualEntity, file or bitstream."""
    return Xml.Element(name(local), {f"{{{XSI}}}type": kind} if kind else {})


def identified(element: Xml.Element, what: str, kind: str, value: str) -> None:
    """Say by what a thing is known."""
    identifier = Xml.SubElement(element, name(f"{what}Identifier"))
    text(identifier, f"{what}IdentifierType", kind)
    text(identifier, f"{what}IdentifierValue", value)


def linked(element: Xml.Element, to: str, value: str, role: str = "", kind: str = "ofrecord") -> None:
    """Point to another thing."""
    link = Xml.SubElement(element, name(to))
    text(link, f"{to}Type", kind)
    text(link, f"{to}Value", value)
    if role:
        text(link, f"{to.removesuffix('Identifier')}Role", role)


def text(element: Xml.Element, local: str, words: str) -> None:
    """An element with text; what XML cannot hold is left out."""
    Xml.SubElement(element, name(local)).text = "".join(c for c in words if c.isprintable())


def written(element: Xml.Element) -> bytes:
    """An element by itself as UTF-8, for a document that is written piece by piece inside `OPENING` and `CLOSING`."""
    Xml.register_namespace("", NAMESPACE)
    Xml.register_namespace("xsi", XSI)
    Xml.indent(element, level=1)
    head, end, rest = Xml.tostring(element, encoding="unicode").partition(">")
    for declared in (f' xmlns="{NAMESPACE}"', f' xmlns:xsi="{XSI}"'):
        head = head.replace(declared, "", 1)
    return f"  {head}{end}{rest.rstrip()}\n".encode()


OPENING = (
    f'<?xml version="1.0" encoding="UTF-8"?>\n<premis xmlns="{NAMESPACE}" xmlns:xsi="{XSI}" version="3.0">\n'.encode()
)
CLOSING = b"</premis>\n"
