"""Finds resolutions of the Security Council and plans of the EU that go by a name. Knows none of NATO's."""

import re
from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from parsers.judging.documents.found import Finder, Found, Prose, years_told

_EURLEX = "https://eur-lex.europa.eu/legal-content/EN/TXT/?uri="
_RESOLUTION_WORD = (
    r"(?:[Rr]esolutions?|RESOLUTION|[Rr]ésolutions?|[Rr]esolución|[Rr]isoluzione|[Rr]ezolucj[aięą]|[Rr]esolutionen)"
)
_RESOLUTION = re.compile(
    rf"(?:UNSCR|S/RES/|{_RESOLUTION_WORD}) ?(?:(?:No\.?|Nr\.?|n°|n\.) ?)?"
    r"(?P<number>[1-9]\d{0,3})(?![\w%-]|[.,/]\d)(?: ?\((?P<year>19[4-9]\d|20\d\d)\))?"
)
_SECURITY_COUNCIL = (
    r"(?:UNSC|Security Council|Conseil de sécurité|(?:S|Welts)icherheitsrat|Consejo de Seguridad"
    r"|Consiglio di [Ss]icurezza|Rad[ay] Bezpieczeństwa|säkerhetsråd)"
)
_OTHER_BODY = re.compile(
    r"Assembl|Asamblea|versammlung|Zgromadzeni|församling|UNGA|Council of Europe|Conseil de l'Europe|Consejo de Europa"
    r"|Consiglio d'Europa|Rad[ay] Europy|Europar|PACE|[Pp]arl[ai]|Sejm|Senat|Congress|Human Rights|UNHRC"
    r"|[Dd]roits de l'[Hh]omme|Menschenrecht|Derechos Humanos|[Dd]iritti [Uu]mani|Praw Człowieka|IAEA|Governors"
    r"|[Pp]arty"
)
_OWNER_BEFORE = re.compile(
    rf"{_SECURITY_COUNCIL}[^\W\d_]{{0,5}}(?:[,:-] ?| \(UNSC\) "
    r"|(?:'s?)? (?P<between>(?:[^\W\d_]+(?:['-][^\W\d_]+)? ){0,6}))?$"
)
_OWNER_AFTER = re.compile(
    r"(?:,? ?\(?(?:of|by|from|at|in|the|which|that|was|is|has|had|been|adopted|passed|approved|agreed|unanimously"
    r"|du|de|des|del|la|le|el|il|d[ae]l|dell['oa]|der|die|vom|von|par|por|przez|från|av|adopt[ée]+|adoptada|adottata"
    r"|approvata|aprobada|verabschiedet|przyjęta|antagen|antogs|UN(?:'s)?|U\.N\.|UNO?|ONU|VN|ONZ|FN:s|United Nations"
    r"|Vereinten Nationen|Nations unies|Naciones Unidas|Nazioni Unite|(?:19|20)\d\d)[ -]){0,7}"
    rf",? ?(?:(?:UN|UNO|VN)-|[dl]'|dell')?{_SECURITY_COUNCIL}"
)
_NO_OWNER = re.compile(
    r"\b(?:that|as|while|whose|when|after|before|until|where|veto\w*|block\w*|que|dass|che|że|att)\b"
)


class _Plan(NamedTuple):
    document_id: str
    kind: str
    name: str
    url: str | None
    since: date
    words: str


def _regulation(short: str, celex: str, name: str, since: date) -> _Plan:
    words = (
        f"{short} [Rr]egulation|[Rr]èglement {short}|{short}-Verordnung|[Rr]eglamento {short}|[Rr]egolamento {short}"
        f"|[Rr]ozporządzeni[aeu]m? {short}|{short}-förordningen"
    )
    return _Plan(f"celex:{celex}", "celex", name, f"{_EURLEX}CELEX:{celex}", since, words)


_PLANS = (
    _Plan(
        "council:st-7371-2022",
        "council",
        "Strategic Compass (ST 7371/22)",
        "https://data.consilium.europa.eu/doc/document/ST-7371-2022-INIT/en/pdf",
        date(2022, 3, 21),
        r"Strategic Compass(?! [12])|[Bb]oussole stratégique (?:de l'(?:UE|Union)|européenne|pour la sécurité)"
        r"|Strategische[nr]? Kompass(?:es)? (?:der EU|der Europäischen|für Sicherheit)"
        r"|[Bb]rújula [Ee]stratégica (?:de la UE|europea|para la)"
        r"|[Bb]ussola [Ss]trategica (?:dell'U[Ee]|europea|per la)"
        r"|[Kk]ompas(?:ie|u)? [Ss]trategiczn(?:y|ym|ego)|EU:s strategiska kompass",
    ),
    _Plan(
        "join:2025/120",
        "join",
        "JOIN(2025) 120",
        f"{_EURLEX}JOIN:2025:120:FIN",
        date(2025, 3, 19),
        r"Joint White Paper|[Ww]hite [Pp]aper [^.;]{0,40}Readiness 2030|Weißbuch[^.;]{0,50}Bereitschaft 2030"
        r"|[Ww]hite [Pp]aper (?:for|on) (?:the (?:[Ff]uture of )?)?European [Dd]efen[cs]e"
        r"|[Ll]ivre blanc (?:sur|pour) (?:l'avenir de )?la défense européenne"
        r"|Weißbuch(?:s|es)? (?:zur|für die|über die) (?:Zukunft der )?europäischen? Verteidigung"
        r"|[Ll]ibro [Bb]lanco (?:de|para|sobre) (?:el futuro de )?la [Dd]efensa [Ee]uropea"
        r"|[Ll]ibro [Bb]ianco (?:sul futuro della|sulla|per la|della) [Dd]ifesa [Ee]uropea"
        r"|[Bb]iał(?:a|ej|ą) [Kk]si[ęe]g[aięą] (?:w sprawie|na temat) (?:przyszłości )?"
        r"(?:europejskiej obronności|obronności europejskiej)"
        r"|[Vv]itbok(?:en)? om (?:det )?europeiska? försvar(?:et)?",
    ),
    _Plan(
        "join:2024/10",
        "join",
        "JOIN(2024) 10",
        f"{_EURLEX}JOIN:2024:10:FIN",
        date(2024, 3, 5),
        r"European Defen[cs]e Industrial Strategy|[Ss]tratégie industrielle européenne de (?:la )?défense",
    ),
    _regulation("SAFE", "32025R1106", "Regulation (EU) 2025/1106", date(2025, 5, 27)),
    _regulation("EDIP", "32025R2643", "Regulation (EU) 2025/2643", date(2025, 12, 8)),
    _regulation("EDF", "32021R0697", "Regulation (EU) 2021/697", date(2021, 4, 29)),
    _regulation("ASAP", "32023R1525", "Regulation (EU) 2023/1525", date(2023, 7, 20)),
    _regulation("EDIRPA", "32023R2418", "Regulation (EU) 2023/2418", date(2023, 10, 18)),
)
"""Since when: what was planned under that name before is another document, or none."""
_OF_STATE = re.compile(
    r"\b(?:UK|U\.K\.|Brit\w+|German\w*|French|France|Ital\w+|Polish|Poland|Spanish|Spain|Dutch|Belgian|Swedish|Danish"
    r"|Norwegian|Finnish|Irish|Austrian|Swiss|Turkish|Ukrain\w+|Japan\w*|Chin\w+|Austral\w+|Canad\w+|US|U\.S\.)"
    r"(?:'s?)? (?:[Gg]overnment(?:'s)? |\d{4} )?$"
)
_ARRANGEMENT = re.compile(r"[Aa]dministrative [Aa]rrangement")
_SIGNED = date(2023, 4, 26)
_AGENCY = re.compile(r"European Defen[cs]e Agency|\bEDA\b")
_DEPARTMENT = re.compile(
    r"Department of (?:Defense|War)|(?:Defense|War) Department|Pentagon|\bDo[DW]\b|\bUS\b|U\.S\.|United States"
)
_PLAN_WORDS = re.compile("|".join(rf"(?P<plan{number}>\b(?:{plan.words})\b)" for number, plan in enumerate(_PLANS)))


def resolutions(prose: Prose) -> Iterator[Found]:
    """`UN Security Council Resolution 2231 (2015)`: parties and parliaments number theirs as well."""
    for count, match in enumerate(prose.each(_RESOLUTION)):
        if count >= 2_000 or int(match["number"]) > 3_500:
            continue
        if match[0].startswith(("UNSCR", "S/RES")) or _of_security_council(prose, match):
            number, year = match["number"], match["year"]
            url = f"https://undocs.org/S/RES/{number}({year})" if year else None
            yield Found(f"unscr:{number}", "un", f"UN Security Council Resolution {number}", url, *match.span())


def _of_security_council(prose: Prose, match: re.Match[str]) -> bool:
    """It stands beside the resolution as its owner, and no other body does: assemblies act after its vetoes."""
    before, after = prose.before(match.start(), 80), prose.after(match.end(), 80)
    if _OWNER_AFTER.match(after):
        return not _OTHER_BODY.search(before[-25:])
    owner = _OWNER_BEFORE.search(before)
    if owner is None or _OTHER_BODY.search(after[:30]):
        return False
    between = owner["between"]
    return not between or not (_NO_OWNER.search(between) or _OTHER_BODY.search(before))


def plans(prose: Prose) -> Iterator[Found]:
    """Those of the Union that go by a name, in items that name the Union; states have white papers too."""
    if not prose.union:
        return
    for match in prose.each(_PLAN_WORDS):
        plan = _PLANS[int((match.lastgroup or "plan0").removeprefix("plan"))]
        if _OF_STATE.search(prose.before(match.start(), 30)) or any(
            year < plan.since.year for year in years_told(prose, match)
        ):
            continue
        if prose.published is None or prose.published >= plan.since:
            yield Found(plan.document_id, plan.kind, plan.name, plan.url, *match.span())


def arrangements(prose: Prose) -> Iterator[Found]:
    """That of the European Defence Agency and the US department; both must stand near: EUMS and EUCOM have one."""
    if prose.published and prose.published < _SIGNED:
        return
    for count, match in enumerate(prose.each(_ARRANGEMENT)):
        near = f"{prose.before(match.start(), 200)}{prose.after(match.end(), 200)}"
        if count < 2_000 and _AGENCY.search(near) and _DEPARTMENT.search(near) and "EUCOM" not in near:
            yield Found("agreement:eda-us-2023", "agreement", "EDA-US Administrative Arrangement", None, *match.span())


FINDERS = (
    Finder(arrangements, ("administrative arrangement",)),
    Finder(resolutions, ("unscr", "s/res/", "resolu", "résolu", "risoluzione", "rezolucj")),
    Finder(
        plans,
        (
            *("strategic compass", "boussole", "strategische", "brújula", "bussola", "kompas"),
            *("white paper", "livre blanc", "weißbuch", "libro b", "biał", "vitbok"),
            *("industrial strategy", "stratégie industrielle"),
            *(
                f"{short}{sign}"
                for short in ("safe", "edip", "edf", "asap", "edirpa")
                for sign in (" reg", "-verord", "-förord")
            ),
            *("glement safe", "glement edip", "glement edf", "lamento ", "rozporz"),
        ),
    ),
)
