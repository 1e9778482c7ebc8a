"""Makes XML of what nearly is XML, character by character. Reads no element.

What feeds get wrong every day: characters that XML forbids, `&` for itself or with a name that only HTML knows. And
what no feed needs: declarations of entities, elements without end inside each other, thousands of namespaces.
"""

import re
from collections import Counter
from html import escape
from html.entities import html5

_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_CHARACTER = re.compile(r"&#(?:x([0-9a-f]+)|([0-9]+));", re.IGNORECASE | re.ASCII)
_REFERENCE = re.compile(r"<!\[CDATA\[(?:.*?\]\]>|.*)|&(?:(#?\w{1,32});)?", re.DOTALL)
_XML_NAMES = frozenset(("amp", "lt", "gt", "quot", "apos"))
_DECLARATIONS = re.compile(r"<!DOCTYPE[^\[<>]{0,500}(\[)")
_END_OF_DECLARATIONS = re.compile(r"\]\s*>")
_HARMLESS = re.compile(r"""<!ENTITY\s{1,20}\w{1,50}\s{1,20}(["'])(?:&#\w{1,9};|[^&%"'<>]{0,200})\1\s{0,20}>""")

DEEPEST = 500
"""Levels of elements below an entry; browsers nest HTML no deeper than 512."""
MOST_SPACES = 500
"""Names for namespaces; a feed of today has a dozen."""
_MARKUP = re.compile(r"<!\[CDATA\[(?:.*?\]\]>|.*)|<!--(?:.*?-->|.*)|<(/?)(?:([\w.-]++):)?([\w.-]++)[^<>]*+>", re.DOTALL)
_SPACE = re.compile(r"""\sxmlns:([\w.-]++)\s*=\s*(?:"[^"]*"|'[^']*')""")
_ENTRIES = frozenset(("item", "entry"))


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


def within_bounds(text: str) -> str:
    """Without the tags of elements that lie too deep in an entry or belong to one namespace too many; their text stays.

    feedparser looks for each element through all namespaces that were declared before: 20,000 cost it a minute.
    """
    path: list[tuple[str | None, str]] = []
    times: Counter[tuple[str | None, str]] = Counter()  # that a name is in the path
    spaces: set[str] = set()
    surplus: set[str] = set()

    def declaration(match: re.Match[str]) -> str:
        (spaces if match[1] in spaces or len(spaces) < MOST_SPACES else surplus).add(match[1])
        return match[0] if match[1] in spaces else ""

    def markup(match: re.Match[str]) -> str:
        is_end, space, name = match.groups()
        if name is None:
            return match[0]
        tag, key = _SPACE.sub(declaration, match[0]), (space, name)
        if name in _ENTRIES:
            path.clear()
            times.clear()
        while is_end and times[key]:  # what stood inside without an end of its own ends as well
            last = path.pop()
            times[last] -= 1
            if last == key:
                break
        level = len(path)
        if not is_end and name not in _ENTRIES and not tag.endswith("/>"):
            path.append(key)
            times[key] += 1
        return "" if level >= DEEPEST or space in surplus else tag

    return _MARKUP.sub(markup, text)


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
