"""Makes XML of what nearly is XML, character by character. Reads no element.

Only what feeds get wrong every day: characters that XML forbids, `&` for itself or with a name that only HTML knows,
and declarations that no feed needs.
"""

import re
from html import escape
from html.entities import html5

_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_CHARACTER = re.compile(r"&#(?:x([0-9a-f]+)|([0-9]+));", re.IGNORECASE | re.ASCII)
_REFERENCE = re.compile(r"<!\[CDATA\[(?:.*?\]\]>|.*)|&(?:(#?\w{1,32});)?", re.DOTALL)
_XML_NAMES = frozenset(("amp", "lt", "gt", "quot", "apos"))
_DECLARATIONS = re.compile(r"<!DOCTYPE[^\[<>]{0,500}(\[)")
_END_OF_DECLARATIONS = re.compile(r"\]\s*>")
_HARMLESS = re.compile(r"""<!ENTITY\s{1,20}\w{1,50}\s{1,20}(["'])(?:&#\w{1,9};|[^&%"'<>]{0,200})\1\s{0,20}>""")


def without_forbidden(text: str) -> str:
    """Without characters that XML 1.0 forbids; references to them stand for U+FFFD."""
    return _CHARACTER.sub(_xml_character, _NOT_XML.sub("", text))


def with_known_references(text: str) -> str:
    """With every `&` that XML knows no name for as it was meant; CDATA stays as it is."""
    return _REFERENCE.sub(_reference, text)


def without_bombs(text: str) -> str:
    """The declarations of a document type without entities that lead elsewhere or stand for other entities."""
    begin = _DECLARATIONS.search(text[:10_000]) if "<!ENTITY" in text else None
    end = _END_OF_DECLARATIONS.search(text, begin.end()) if begin else None
    if begin is None or end is None:
        return text
    kept = "".join(found[0] for found in _HARMLESS.finditer(text, begin.end(), end.start()))
    return text[: begin.end()] + kept + text[end.start() :]


def _xml_character(match: re.Match[str]) -> str:
    """A character reference as it stands if XML 1.0 allows the character, else U+FFFD: expat would stop there."""
    digits, base = (match[1], 16) if match[1] else (match[2], 10)
    code = int(digits, base) if len(digits) <= 10 else 0
    allowed = code in (9, 10, 13) or 0x20 <= code < 0xD800 or 0xE000 <= code < 0xFFFE or 0x10000 <= code < 0x110000
    return match[0] if allowed else "\ufffd"


def _reference(match: re.Match[str]) -> str:
    """What stands in CDATA, and references that XML knows, as they are; HTML's names as characters; else `&` itself."""
    name = match[1]
    if match[0][0] == "<" or (name and (name[0] == "#" or name in _XML_NAMES)):
        return match[0]
    character = html5.get(f"{name};") if name else None
    return escape(character) if character else f"&amp;{match[0][1:]}"
