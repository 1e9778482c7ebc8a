"""Which rules judge: those of the configuration, once a person has accepted them. Judges nothing itself.

A changed topics.toml is a proposal. Until `seabridge reclassify --accept` the rules that were accepted last go on
judging, so that one archive and one edition are judged by one measure.
"""

from collections import deque
from dataclasses import dataclass
from datetime import datetime

from pydantic import TypeAdapter, ValidationError

from flows.corpus import local_seeds
from flows.settings import Settings
from parsers.judging.topics import RuleBook, Rules, compile_rules
from parsers.model import Seed
from storage.database import Connection, open_live
from storage.items import item_ids
from storage.rules import KeptRules, accept_rules, rules_in_force

_BOOK: TypeAdapter[RuleBook] = TypeAdapter(RuleBook)
_LATELY: deque[tuple[RuleBook, tuple[Seed, ...], Rules]] = deque(maxlen=2)


@dataclass(frozen=True, slots=True)
class InForce:
    """The rules that judge now.

    Attributes:
        proposed: those of the configuration; the same ones once they are accepted.
        waiting: a sentence for a person, where the proposed rules wait for somebody to accept them.
    """

    rules: Rules
    proposed: Rules
    waiting: str | None = None


def configured_rules(settings: Settings) -> Rules:
    """The rules as config/ has them; with the corpus at hand, evidence names the seed paragraph behind a phrase."""
    return _compiled(settings, RuleBook(settings.topics, settings.kinds, settings.weights))


def accepted_rules(settings: Settings, now: datetime) -> InForce:
    """The rules accepted last; in a home without any item those of the configuration, which are thereby accepted.

    Where those accepted last cannot be made again, or nobody knows which they were, those of the configuration judge.
    """
    proposed = configured_rules(settings)
    with open_live(settings.home) as con:
        kept = rules_in_force(con)
        if (kept is None or kept.version != proposed.version) and not item_ids(con):
            accept(con, proposed, now)
            return InForce(proposed, proposed)
    if kept is not None and kept.version == proposed.version:
        return InForce(proposed, proposed)
    accepted = made_again(settings, kept) if kept else None
    if accepted is None:
        return InForce(
            proposed,
            proposed,
            f"the archive was judged by rules that this version of Seabridge cannot make again; {proposed.version}"
            " judge what comes now: seabridge reclassify says what they would change in the archive",
        )
    return InForce(
        accepted,
        proposed,
        f"config/ holds other rules ({proposed.version}) than those in force ({accepted.version}):"
        " seabridge topics diff shows what they would change, seabridge reclassify --accept puts them in force",
    )


def made_again(settings: Settings, kept: KeptRules) -> Rules | None:
    """Rules of an accepted version; None where this version of Seabridge has another shape of rules, or would judge
    otherwise by the same ones.
    """
    try:
        rules = _compiled(settings, _BOOK.validate_json(kept.content))
    except (ValidationError, ValueError, LookupError):  # the last two: from compiling what has the right shape only
        return None
    return rules if rules.version == kept.version else None


def accept(con: Connection, rules: Rules, now: datetime) -> None:
    """These rules are in force from now on."""
    accept_rules(con, rules.version, _BOOK.dump_json(rules.book).decode(), now)


def _compiled(settings: Settings, book: RuleBook) -> Rules:
    """Compiled rules; those of late are at hand, for a worker that runs all day: to compare takes 3 ms, to make 300."""
    seeds = local_seeds(settings.corpus, settings.seeds)
    for known, documents, rules in _LATELY:
        if known == book and documents == seeds:
            return rules
    rules = compile_rules(book, seeds)
    _LATELY.append((book, seeds, rules))
    return rules
