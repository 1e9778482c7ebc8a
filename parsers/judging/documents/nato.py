"""Finds what NATO's leaders adopted, cited by place and year, and the joint declarations with the EU. No others."""

import re
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import NamedTuple

from parsers.judging.documents.found import Finder, Found, Prose, years_told

_TEXTS = "https://www.nato.int/en/about-us/official-texts-and-resources/official-texts"
_OLD_TEXTS = "https://www.nato.int/cps/en/natohq/official_texts_"


class _Summit(NamedTuple):
    place: str
    day: date
    paper: str
    name: str
    url: str | None = None


_SUMMITS = (
    _Summit("washington", date(1999, 4, 24), "communique", "Washington Summit Communiqué"),
    _Summit("istanbul", date(2004, 6, 28), "communique", "Istanbul Summit Communiqué"),
    _Summit("riga", date(2006, 11, 29), "declaration", "Riga Summit Declaration"),
    _Summit("bucharest", date(2008, 4, 3), "declaration", "Bucharest Summit Declaration"),
    _Summit("strasbourg", date(2009, 4, 4), "declaration", "Strasbourg/Kehl Summit Declaration"),
    _Summit("lisbon", date(2010, 11, 20), "declaration", "Lisbon Summit Declaration"),
    _Summit("chicago", date(2012, 5, 20), "declaration", "Chicago Summit Declaration"),
    _Summit("wales", date(2014, 9, 5), "declaration", "Wales Summit Declaration", f"{_OLD_TEXTS}112964.htm"),
    _Summit("warsaw", date(2016, 7, 9), "communique", "Warsaw Summit Communiqué"),
    _Summit("brussels", date(2018, 7, 11), "declaration", "Brussels Summit Declaration", f"{_OLD_TEXTS}156624.htm"),
    _Summit("brussels", date(2021, 6, 14), "communique", "Brussels Summit Communiqué"),
    _Summit("madrid", date(2022, 6, 29), "declaration", "Madrid Summit Declaration"),
    _Summit("vilnius", date(2023, 7, 11), "communique", "Vilnius Summit Communiqué"),
    _Summit("washington", date(2024, 7, 10), "declaration", "Washington Summit Declaration"),
    _Summit(
        "hague",
        date(2025, 6, 25),
        "declaration",
        "The Hague Summit Declaration",
        f"{_TEXTS}/2025/06/25/the-hague-summit-declaration",
    ),
    _Summit(
        "ankara",
        date(2026, 7, 8),
        "declaration",
        "The Ankara Summit Declaration",
        f"{_TEXTS}/2026/07/08/the-ankara-summit-declaration",
    ),
)
"""With the last day of the summit."""
_PLACES = {
    "istanbul": "Istanbul|Estambul|Stambule",
    "riga": "Riga|Rydze",
    "bucharest": "Bucharest|Bucarest|Bukarest|Bukareszcie",
    "strasbourg": "Strasbourg(?:/| and |-)Kehl|Straßburg",
    "lisbon": "Lisbon|Lisbonne|Lissabon|Lisboa|Lisbona|Lizbonie",
    "chicago": "Chicago",
    "wales": "Wales|Newport|[Pp]ays de Galles|Gales|Galles|Walii",
    "warsaw": "Warsaw|Varsovie|Warschau|Varsovia|Varsavia|Warszawie",
    "brussels": "Brussels|Bruxelles|Brüssel|Bruselas|Brukseli|Bryssel",
    "madrid": "Madrid|Madrycie",
    "vilnius": "Vilnius|Vilna|Wilnie",
    "washington": "Washington|Waszyngtonie",
    "hague": "Hague|Haye|Haag|Haya|Aia|Hadze|Haga",
    "ankara": "Ankara|Ankarze",
}
_PLACE = "(?:" + "|".join(_PLACES.values()) + ")"
_PLACE_OF = {place: re.compile(words) for place, words in _PLACES.items()}
_PAPER = r"(?:[Dd]eclaration|DECLARATION|[Cc]ommuniqu[ée]|COMMUNIQUE)"
_SUMMIT = re.compile(
    rf"(?<!\w){_PLACE}(?:,? 20\d\d)?(?: NATO| Nato)? [Ss]ummit(?:'s)?(?: final| joint)? {_PAPER}"
    rf"|(?:NATO|Nato|Alliance)(?:'s)?(?: 20\d\d)? {_PLACE}(?: [Ss]ummit)? {_PAPER}"
    rf"|{_PAPER} (?:of|from|issued at|adopted at|agreed at|at) (?:the |NATO's |last year's )?(?:20\d\d )?(?:NATO )?"
    rf"{_PLACE}(?: NATO)? [Ss]ummit"
    r"|(?:[Dd]éclaration|[Cc]ommuniqué)(?: finale?)? du sommet (?:de l'(?:OTAN|Otan|Alliance) )?(?:de|à|au|du)"
    rf"(?: [Ll]a)? {_PLACE}"
    rf"|[Gg]ipfelerklärung(?: der (?:NATO|Nato))? (?:von|aus|in) (?:Den )?{_PLACE}|{_PLACE}er (?:NATO-)?Gipfelerklärung"
    rf"|[Dd]eclaración (?:final )?de la [Cc]umbre (?:de la OTAN )?(?:de|en) (?:La )?{_PLACE}"
    r"|[Dd]ichiarazione (?:finale )?del (?:vertice|summit) (?:della (?:NATO|Nato) |[Nn]ato |NATO )?(?:di|del|dell') ?"
    rf"(?:L')?{_PLACE}"
    rf"|[Dd]eklaracj[aięą] (?:końcow[aeją]{{1,2}} )?(?:ze )?szczytu (?:NATO )?w {_PLACE}"
    rf"|[Tt]oppmötesdeklaration(?:en)? från {_PLACE}"
)
_OTHER_SUMMIT = re.compile(r"(?:EU|G7|G20|Balkans?|Partnership)[- ]$")
_ADDRESS = re.compile(r"nato\.int/.{0,100}/(\d{4})/\d\d/\d\d/(?:the-)?([a-z]+)-summit-(declaration|communique)\b")

_CONCEPTS = {1991: date(1991, 11, 8), 1999: date(1999, 4, 24), 2010: date(2010, 11, 19), 2022: date(2022, 6, 29)}
_CONCEPT_WORDS = (
    r"(?:[Ss]trategic [Cc]oncept|[Cc]oncept [Ss]tratégique|[Ss]trategische[ns]? Konzepts?|[Cc]oncepto [Ee]stratégico"
    r"|[Cc]oncetto [Ss]trategico|[Kk]oncepcj[aięą] [Ss]trategiczn[aeją]{1,2}|[Ss]trategiska [Kk]oncept)"
)
_ALLIANCE = r"(?:NATO|OTAN|Nato|Otan|Alliance|Allianz|Alianza|Alleanza|Sojuszu)"
_CONCEPT_YEAR = r"(?:1991|1999|2010|2022)"
_CONCEPT = re.compile(
    rf"(?<!\d)(?P<early>{_CONCEPT_YEAR})(?:'s)? (?:NATO )?{_CONCEPT_WORDS}"
    rf"|{_ALLIANCE}(?:'s?|s)? (?:(?:new|current|latest|next|updated|nya|own) )?(?:(?P<middle>{_CONCEPT_YEAR}) )?"
    rf"{_CONCEPT_WORDS}(?:,? (?:of |from |de |von |\()?(?P<late>{_CONCEPT_YEAR})\b)?"
    rf"|{_CONCEPT_WORDS} (?:of |de l'|de la |de |der |des |della |dell')?(?:the )?{_ALLIANCE}"
    rf"(?:,? (?:of |from |de |von |\()?(?P<last>{_CONCEPT_YEAR})\b)?"
    rf"|{_CONCEPT_WORDS},? (?:of |from |de |von |del |z |från |\()(?P<alone>{_CONCEPT_YEAR})\b"
)
_NEW = re.compile(
    r"(?i)\b(?:new|update\w*|revis\w*|neue[ns]?|nouveau|nouvelle|nuev[oa]|nuov[oa]|now[aeąy]\w*|nya|another|fourth|fresh)\b"
)
_NEXT = re.compile(
    r"(?i)\b(?:(?:next|future|upcoming|nächste[nrs]?|künftige[nrs]?|futur|prochaine?|futuro|próxim[oa]|prossim[oa]"
    r"|następn\w+|przyszł\w+|nästa|kommande)"
    r"(?! (?:years?|months?|weeks?|decades?|days?|Jahre?|année|año|anno|rok\w*|år)\b)"
    r"|successor)\b"
)
_SOON = timedelta(days=1_500)
"""Four years before the next concept nobody meant the old one by `new`."""

_JOINT_DAYS = {2016: date(2016, 7, 8), 2018: date(2018, 7, 10), 2023: date(2023, 1, 10)}
_PAIR = r"(?:(?:EU|UE|Ue)[-/]{1,3}(?:NATO|OTAN|Nato)|(?:NATO|OTAN|Nato)[-/]{1,3}(?:EU|UE|Ue))"
_BOTH = r"(?:(?:the )?EU and NATO|NATO and (?:the )?(?:EU|European Union)|European Union and NATO)"
_JOINT = re.compile(
    rf"{_PAIR}(?: [Cc]ooperation)? (?:20\d\d )?(?:[Jj]oint )?[Dd]eclaration|[Jj]oint {_PAIR} [Dd]eclaration"
    r"|(?:[Ff]irst|[Ss]econd|[Tt]hird) [Jj]oint [Dd]eclaration"
    rf"|[Jj]oint [Dd]eclaration (?:on|of|by) (?:the )?(?:{_PAIR}(?: [Cc]ooperation)?|{_BOTH}"
    rf"|[Cc]ooperation between {_BOTH})"
    rf"|{_BOTH} [^.;,\"]{{0,40}}[Jj]oint [Dd]eclaration(?! of [Ss]upport)"
    rf"|[Dd]éclaration (?:conjointe|commune) (?:sur la coopération )?(?:entre l')?{_PAIR}"
    rf"|[Gg]emeinsamen? {_PAIR}-Erklärung|[Gg]emeinsamen? Erklärung (?:zur |von |der )?(?:Zusammenarbeit )?{_PAIR}"
    rf"|[Dd]eclaración conjunta (?:sobre la cooperación )?{_PAIR}"
    rf"|[Dd]ichiarazione congiunta (?:sulla cooperazione )?{_PAIR}|[Ww]spóln[aąe]j? deklaracj[aięą] {_PAIR}"
    rf"|[Gg]emensamm?a? {_PAIR}-förklaring"
)
_ORDINAL = re.compile(
    r"(?i)\b(?:(?P<y2016>first|première|erste[nr]?|primera|prima|pierwsz\w+|första|Warsaw)"
    r"|(?P<y2018>second|deuxième|zweite[nr]?|segunda|seconda|drug\w+|andra)"
    r"|(?P<y2023>third|troisième|dritte[nr]?|tercera|terza|trzeci\w*|tredje))"
    rf" (?:{_PAIR}(?:-| cooperation )?)? ?(?:(?:joint|gemeinsamen?|wspóln[aąe]j?|gemensamm?a?) )?(?:{_PAIR}[ -])?"
    r"(?:declaration|déclaration|erklärung|declaración|dichiarazione|deklaracj|förklaring)"
)
_TOGETHER = re.compile(rf"(?:the )?(?:cooperation between )?(?:{_PAIR}|{_BOTH})")
_OF_OTHERS = re.compile(r" (?:on|of|by|between|with|sur|über|mit|con|sobre|sulla) ")
_DECLARES = re.compile(r"\b(?:EU|European Union|(?:sign|issu|adopt|agre|releas|publish|declar|with)\w*)\b")
_SENTENCE_END = re.compile(r"[.!?;] ")
_SAME_WEEK = timedelta(days=3)
"""What is dated a day before the document may well report its adoption."""


def _in_force(days: Mapping[int, date], published: date | None) -> int:
    """The last one that was there when the item was published; 0 if none was or nobody knows when that is."""
    if published is None:
        return 0
    return max((year for year, day in days.items() if day <= published + _SAME_WEEK), default=0)


def summit_at(url: str) -> str | None:
    """The id of what lies at an address of NATO's: in those of today place and day can be read."""
    if known := next((summit for summit in _SUMMITS if summit.url and url.endswith(summit.url[12:])), None):
        return _id_of(known)
    if not (read := _ADDRESS.search(url)):
        return None
    year, place, paper = read.groups()
    held = (s for s in _SUMMITS if (str(s.day.year), s.place, s.paper) == (year, place, paper))
    return next(map(_id_of, held), None)


def _id_of(summit: _Summit) -> str:
    return f"nato:{summit.day.year}-{summit.place}-summit-{summit.paper}"


def summits(prose: Prose) -> Iterator[Found]:
    """`Washington Summit Declaration`, in an item that names NATO: others meet in the same towns."""
    if not prose.nato:
        return
    for match in prose.each(_SUMMIT):
        if _OTHER_SUMMIT.search(prose.before(match.start(), 16)):
            continue
        summit = _summit_of(prose, match)
        if summit:
            name = f"{summit.name} ({summit.day.year})"
            yield Found(_id_of(summit), "nato", name, summit.url, *match.span())


def _summit_of(prose: Prose, match: re.Match[str]) -> _Summit | None:
    """Of several in one town that of the year named; without a year of the kind of paper named, else the last one."""
    place = next(place for place, words in _PLACE_OF.items() if words.search(match[0]))
    held = [summit for summit in _SUMMITS if summit.place == place]
    if years := years_told(prose, match):
        return next((summit for summit in held if summit.day.year in years), None)
    if prose.published:
        held = [summit for summit in held if summit.day <= prose.published + _SAME_WEEK]
    paper = "communique" if "ommuniqu" in match[0].lower() else "declaration"
    of_kind = [summit for summit in held if summit.paper == paper]
    fitting = of_kind or held
    return fitting[-1] if fitting else None


def concepts(prose: Prose) -> Iterator[Found]:
    """NATO's Strategic Concept: of the year named, else the one in force; one that is still to come is none yet."""
    for match in prose.each(_CONCEPT):
        named = next(filter(None, match.groups()), None)
        told = {int(named)} if named else years_told(prose, match)
        year = next((year for year in told if year in _CONCEPTS), 0) if told else _in_force(_CONCEPTS, prose.published)
        near = "" if told else prose.before(match.start(), 30) + match[0]
        late = year and prose.published and prose.published > _CONCEPTS[year] + _SOON
        if year and not _NEXT.search(near) and not (late and _NEW.search(near)):
            yield Found(f"nato:{year}-strategic-concept", "nato", f"NATO {year} Strategic Concept", None, *match.span())


def joint_declarations(prose: Prose) -> Iterator[Found]:
    """The three of EU and NATO, by number or year, else the last one; another one to come is none yet."""
    if not (prose.nato and prose.union):
        return
    paired = _TOGETHER.search(prose.text) is not None
    for match in prose.each(_JOINT):
        if not _of_the_pair(prose, match, paired):
            continue
        before = prose.before(match.start(), 30)
        ordinal = next((one for one in _ORDINAL.finditer(before + match[0]) if one.end() > len(before)), None)
        if ordinal:
            year = int((ordinal.lastgroup or "y0")[1:])
        elif years := years_told(prose, match):
            year = next((year for year in years if year in _JOINT_DAYS), 0)
        elif _NEW.search(before + match[0]) or _NEXT.search(before + match[0]):
            year = 0
        else:
            year = _in_force(_JOINT_DAYS, prose.published)
        if year:
            name = f"EU-NATO Joint Declaration ({year})"
            yield Found(f"eu-nato:{year}-joint-declaration", "eu-nato", name, None, *match.span())


def _of_the_pair(prose: Prose, match: re.Match[str], paired: bool) -> bool:
    """`First Joint Declaration` alone: EU and NATO stand together in its sentence, or in the item if that sentence
    names nobody who declares: India and the EU have signed some too.
    """
    if _TOGETHER.search(match[0]):
        return True
    before, after = prose.before(match.start(), 200), prose.after(match.end(), 60)
    if others := _OF_OTHERS.match(after):
        return _TOGETHER.match(after, others.end()) is not None
    sentence = _SENTENCE_END.split(before)[-1]
    return bool(_TOGETHER.search(sentence) or (paired and not _DECLARES.search(sentence)))


FINDERS = (
    Finder(
        summits,
        ("declaration", "communiqu", "déclaration", "gipfelerkl", "declaración", "dichiarazione", "deklarac", "toppm"),
    ),
    Finder(
        concepts,
        ("strategic concept", "concept st", "strategische", "concepto", "concetto", "koncepcj", "strategiska"),
    ),
    Finder(
        joint_declarations,
        ("declaration", "déclaration", "erklärung", "declaración", "dichiarazione", "deklarac", "förklaring"),
    ),
)
