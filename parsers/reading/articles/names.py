"""Compares the names of people, sites and titles, and takes bylines apart. Knows nothing of pages.

An agency is an author only where nobody else is named: `Ana Kowalska, Reuters` is one person, `Reuters` is all we know.
"""

import re
from collections.abc import Iterable

AGENCIES = frozenset(
    [
        "reuters",
        "ap",
        "afp",
        "dpa",
        "pap",
        "efe",
        "ansa",
        "anp",
        "apa",
        "belga",
        "tass",
        "tt",
        "ntb",
        "ritzau",
        "bloomberg",
        "ukrinform",
        "interfax",
        "upi",
        "kna",
        "epd",
        "sid",
        "cna",
        "xinhua",
        "pti",
        "ians",
    ]
)
SEPARATOR = re.compile(r"\s+[|–—·•»«:-]\s+|\s+[|»]\s*|:\s+")
BYLINE = re.compile(
    r"^\W*(?:(?:(?:written|posted|published|edited|story|words|text|veröffentlicht|eingestellt"
    r"|geschrieben|erstellt|publié"
    r"|écrit|publicado|escrito|pubblicato|scritto|geplaatst|geschreven) )?(?:by|von|par|por|di|da|av|af"
    r"|door|przez|від|от)"
    r"|author(?:s|ed by)?|autor(?:in|en|es|a|zy)?|auteur|autore|text[eo]?|tekst|текст|автор(?:ка)?)\b\s*[:\s]\s*",
    re.IGNORECASE,
)
NOISE = re.compile(r"\([^)]*\)|\S*@\S+|https?:\S+|www\.\S+")
SURE_BREAK = re.compile(
    r"\s*[;|/•·\n]\s*|(?<=\w{3})\.\s+|\s+[–—-]\s+|\s+(?:&|and|und|et|och|og|oraz|та|і)\s+", re.IGNORECASE
)
MAYBE_BREAK = re.compile(r"\s*,\s+|\s+(?:y|e|i|en)\s+")
"""`Ana Ruiz y Luis Gil` are two persons, `Ortega y Gasset` is one."""
FOR_WHOM = re.compile(r"\s+(?:for|für|pour|para|per|in|aus|from|w|at|à)\s+(?:the |der |die |den |le |la )?[A-ZÀ-Ž].*$")
NOT_A_NAME = re.compile(
    r"[@\d]|https?:|www\.|\.(?:com|org|eu|net)\b"
    r"|\b(?:(?:staff|senior|chief|special|guest) \w+|writer|reporter|correspondent|editor|editors"
    r"|editorial|journalist|columnist"
    r"|contributor|producer|newsroom|desk|bureau|staff|team|korrespondent\w*|correspondant\w*|corresponsal|redakt\w+"
    r"|rédact\w+|redacci\w+|redaz\w+|redac\w+|korespondent\w*|dziennikarz\w*|journaliste|periodista)\b"
    r"|^(?:admin\w*|webmaster|none|null|unknown|anonymous|user|guest|гость|author|default|news|press|see all"
    r"|view all|share)$",
    re.IGNORECASE,
)
INSIDE_WORDS = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]+")
WORD_GAP = re.compile(r"\W+")
PARTICLES = frozenset(
    [
        "al",
        "bin",
        "da",
        "de",
        "del",
        "den",
        "der",
        "di",
        "dos",
        "du",
        "el",
        "la",
        "le",
        "ten",
        "ter",
        "van",
        "von",
        "y",
        "zu",
    ]
)
ARTICLES = ("The ", "Die ", "Der ", "Das ", "Les ", "Los ", "Las ")
MAX_NAME_CHARACTERS = 60
MAX_BYLINE_CHARACTERS = 120
MAX_NAME_WORDS = 6


def people(byline: str) -> tuple[str, ...]:
    """Names in a byline of one line, in order, without roles, places, addresses and doubles."""
    text = NOISE.sub(" ", byline)
    for _ in range(2):
        text = BYLINE.sub("", text.strip())
    found = [
        name for part in SURE_BREAK.split(text) for piece in _pieces(FOR_WHOM.sub("", part)) if (name := _name(piece))
    ]
    persons = [name for name in found if name.casefold() not in AGENCIES]
    return tuple({name.casefold(): name for name in reversed(persons or found)}.values())[::-1]


def _pieces(text: str) -> Iterable[str]:
    """Parts of a list of names; the first alone where the others are a role or a place (`Ana Ruiz, Madrid`)."""
    parts = MAYBE_BREAK.split(text)
    full = [" " in part.strip(" ,.") for part in parts]
    if all(full) or len(parts) == 1:
        return parts
    if not full[0]:  # "Doe, John", "Janes, Defence", "Ortega y Gasset"
        return [text] if len(parts) == 2 else [part for part, is_full in zip(parts, full, strict=True) if is_full]
    if "," not in text:
        return [text]
    return [part for part, is_full in zip(parts, full, strict=True) if is_full]


def _name(part: str) -> str | None:
    name = part.strip(" ,.;:|-–—·*_\"'")
    if not 2 < len(name) <= MAX_NAME_CHARACTERS or len(name.split()) > MAX_NAME_WORDS or NOT_A_NAME.search(name):
        return name if name.casefold() in AGENCIES else None
    return name


def persons_for_certain(byline: str) -> tuple[str, ...]:
    """The same of a line of which it is not known that it is a byline: only what is spelt like a person's name."""
    return tuple(
        name
        for name in people(byline)
        if not name.startswith(ARTICLES)
        and 2 <= len(name.split()) <= 4
        and all(word[0].isupper() or word in PARTICLES for word in name.split())
    )


def is_byline(line: str) -> bool:
    """`By Ana Ruiz and Luis Gil`, and nothing else."""
    return len(line) <= MAX_BYLINE_CHARACTERS and BYLINE.match(line) is not None and bool(persons_for_certain(line))


def folded(text: str) -> str:
    """Words in small letters, one space between: what two spellings of a title have in common."""
    return WORD_GAP.sub(" ", INSIDE_WORDS.sub("", text)).strip().casefold()


def without_site(title: str, site: str | None, headings: Iterable[str], host: str = "") -> str:
    """Takes ` | Site` off the end or `Site: ` off the start; only what is known to be the site, or not the heading."""
    marks = list(SEPARATOR.finditer(title))
    known = {folded(heading) for heading in headings}
    name = folded(site or "")
    for mark in marks:
        before, after = title[: mark.start()], title[mark.end() :]
        if folded(before) in known or (name and _same_site(folded(after), name)) or is_site(after, host):
            return before
        if folded(after) in known or (name and folded(before) == name) or is_site(before, host):
            return after
    if marks and not name and "|" in marks[-1].group():
        return title[: marks[-1].start()]
    return title


def is_site(text: str, host: str) -> bool:
    """Whether a text is the name in the address: `The Daily News` at thedailynews.example."""
    plain, host = folded(text).replace(" ", ""), host.replace("-", "")
    return len(plain) > 3 and (plain in host.split(".") or plain in {host.removeprefix("www."), host.replace(".", "")})


def _same_site(tail: str, name: str) -> bool:
    return tail == name or tail.startswith(f"{name} ") or (len(tail) > 3 and name.startswith(f"{tail} "))
