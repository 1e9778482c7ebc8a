"""The commands around topics: the rules (list, eval, diff, train) and what people decide (add, remove, pin ...)."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from parsers.judging.scoring import Rates
    from parsers.model import Action

app = typer.Typer(
    no_args_is_help=True,
    help="What items are judged by: list the topics, measure and compare the rules, and overrule them.",
)
AsJson = Annotated[bool, typer.Option("--json", help="JSON on stdout instead of a table.")]
Item = Annotated[str, typer.Argument(help="Id of an item, or how it begins.")]
Topics = Annotated[list[str], typer.Argument(help="Ids of topics.")]
Reason = Annotated[
    str, typer.Option(help="Why, for those who come after you; analysts can read it, so name no person.")
]
LABELLED = Path(__file__).parents[2] / "tests" / "data" / "labelled" / "unseen"
"""The labelled items of a checkout that neither phrases nor weights have seen."""


@app.command("list")
def list_topics(json: AsJson = False) -> None:
    """All topics of config/topics.toml with their definitions."""
    from flows.commands.show import json_line, table
    from flows.settings import load

    topics = load().topics.topics
    if json:
        for topic in topics:
            json_line({"id": topic.id, "name": topic.name, "definition": topic.definition})
        return
    sys.stdout.write(table([(topic.id, topic.name, topic.definition) for topic in topics]) + "\n")


@app.command("eval")
def evaluate(
    file: Annotated[
        Path | None,
        typer.Argument(help="JSON lines with title, text, labels, relevance, language; or a folder of such files."),
    ] = None,
    json: AsJson = False,
) -> None:
    """Measure the configured rules against labels that people gave, with 95 % intervals.

    Precision, recall and F1 by topic and language, and whether scores mean what they say. Without FILE on the labelled
    items of this repository, where a topic below its floor in topics.toml ends the command with 1.
    """
    from dataclasses import asdict

    from flows.commands.show import json_line, table
    from flows.rules import configured_rules
    from flows.settings import load
    from flows.topics import evaluate as measure
    from parsers.errors import Misconfigured, Problem

    if file is None and not _has_labelled():
        raise Misconfigured(
            [Problem("command line", "FILE", "is missing: there are no labelled items beside this code")]
        )
    rules = configured_rules(load())
    scores = measure(rules, file or LABELLED)
    floors = {topic.id: topic.floor for topic in rules.file.topics}
    below = [topic for topic, rates in scores.topics.items() if rates.support and rates.f1 < floors[topic]]
    if json:
        json_line({**asdict(scores), "below_floor": below, "rules_version": rules.version})
    else:
        rows = [_row(topic, rates, f"{floors[topic]:.2f}") for topic, rates in scores.topics.items()]
        rows += [_row(language, rates) for language, rates in scores.languages.items()]
        rows += [_row("all (micro)", scores.micro), _row("on topic", scores.on_topic)]
        head = ("", "precision", "", "recall", "", "F1", "", "cases", "floor")
        sys.stdout.write(table(rows, head) + "\n")
        bands = [("core", scores.core_bands), ("topics", scores.label_bands)]
        for name, found in bands:
            cells = "  ".join(f"{band.said:.2f}/{band.was:.2f}" for band in found)
            sys.stdout.write(f"{name}: score said/was so, by fifths: {cells}\n")
        sys.stdout.write(
            f"items {scores.items}  macro F1 {scores.macro_f1:.3f}"
            f"  relevance accuracy {scores.relevance_accuracy:.3f}"
            f"  average precision of core {scores.core_average_precision:.3f}  rules {rules.version}\n"
        )
        for topic in below:
            sys.stdout.write(f"{topic} is below its floor: {scores.topics[topic].f1:.2f} < {floors[topic]:.2f}\n")
    if below and file is None:
        raise typer.Exit(1)


def _has_labelled() -> bool:
    return any(LABELLED.rglob("*.jsonl"))


def _row(name: str, rates: "Rates", floor: str = "") -> tuple[str, ...]:
    shares = (
        (rates.precision, rates.precision_interval),
        (rates.recall, rates.recall_interval),
        (rates.f1, rates.f1_interval),
    )
    cells = [cell for share, (low, high) in shares for cell in (f"{share:.2f}", f"{low:.2f}-{high:.2f}")]
    return name, *cells, str(rates.support), floor


@app.command()
def diff(
    old: Annotated[
        str,
        typer.Argument(help="accepted, configured, a version, a folder with a topics.toml; or stored, for the labels."),
    ] = "accepted",
    new: Annotated[str, typer.Argument(help="The same, save stored.")] = "configured",
    json: AsJson = False,
) -> None:
    """What NEW would change against OLD: items by topic, decided editions, figures on the labelled items.

    Nothing is changed; the configured rules are put in force by seabridge reclassify --accept.
    """
    from dataclasses import asdict

    from flows.commands.show import json_line, table
    from flows.settings import load
    from flows.topics import STORED, difference, rules_named

    settings = load()
    before = None if old == STORED else rules_named(settings, old)
    found = difference(settings, before, rules_named(settings, new), LABELLED if _has_labelled() else None)
    if json:
        json_line(asdict(found))
    else:
        if found.changes:
            sys.stdout.write(table([(t, c, i, title) for t, i, title, c in found.changes]) + "\n\n")
            counts = [(topic, f"+{gained}", f"-{lost}") for topic, gained, lost in found.by_topic()]
            sys.stdout.write(table(counts, ("topic", "gained", "lost")) + "\n\n")
        for edition, how in found.editions.items():
            sys.stdout.write(f"{edition} would have looked different: {how}\n")
        if found.labelled:
            figures = [(name, f"{before:.3f}", f"{after:.3f}") for name, (before, after) in found.labelled.items()]
            sys.stdout.write(table(figures, ("F1 on labelled items", "old", "new")) + "\n\n")
        changed = ", ".join(f"{change}: {count}" for change, count in found.relevance.items()) or "none"
        sys.stdout.write(
            f"{found.old} -> {found.new}: {len(found.changes)} topics changed over {found.items} items;"
            f" relevance changed: {changed}\n"
        )
    if found.is_empty:
        raise typer.Exit(3)


@app.command()
def train(
    files: Annotated[list[Path], typer.Argument(help="Labelled items as for eval: files, or folders of them.")],
    out: Annotated[Path, typer.Option("--out", "-o", help="Where the weights go, like config/topics.model.json.")],
) -> None:
    """Learn the weights of config/topics.model.json from labelled items; takes a minute or two.

    Items with "fresh": true, which nobody had seen who wrote phrases, also teach how far phrases can be trusted.

    Example: seabridge topics train tests/data/labelled/taught -o config/topics.model.json
    """
    from importlib.util import find_spec

    from flows.labelled import read_labelled
    from flows.settings import load
    from parsers.errors import Misconfigured, Problem

    if find_spec("sklearn") is None:
        raise Misconfigured([Problem("scikit-learn", "", "is not installed: pip install 'seabridge[train]'")])
    from flows.training import learn, written

    topics = load().topics
    items = read_labelled(files, [topic.id for topic in topics.topics])
    about = f"{len(items)} labelled items, {sum(item.fresh for item in items)} of them fresh"
    out.write_text(written(learn(topics, items, about)), encoding="utf-8")
    sys.stdout.write(f"{about}\nwritten: {out}\nWhat it changes: seabridge topics eval, seabridge topics diff\n")


@app.command()
def add(item: Item, topics: Topics, reason: Reason, json: AsJson = False) -> None:
    """Give an item topics that the rules did not give. The decision outlives every reclassification."""
    _decide(item, topics, "add", reason, json)


@app.command()
def remove(item: Item, topics: Topics, reason: Reason, json: AsJson = False) -> None:
    """Take topics from an item; one that keeps none is off-topic by that."""
    _decide(item, topics, "remove", reason, json)


@app.command()
def pin(item: Item, topics: Topics, reason: Reason, json: AsJson = False) -> None:
    """Give an item topics that come before all others: it stands in the section of the first."""
    _decide(item, topics, "pin", reason, json)


@app.command()
def withdraw(item: Item, topics: Topics, reason: Reason, json: AsJson = False) -> None:
    """Leave topics of an item to the rules again."""
    _decide(item, topics, "withdraw", reason, json)


def _decide(item: str, topics: list[str], action: "Action", reason: str, json: bool) -> None:
    from flows.commands.show import finish
    from flows.environment import current_time
    from flows.overrides import override
    from flows.settings import load

    finish(override(load(), current_time(), item, topics, action, reason), json)


@app.command()
def overrides() -> None:
    """Every item with decisions in force, as JSON lines that topics eval takes: material to improve the rules by.

    `labels` are those in force; of them a person confirmed the ones under `overrides`, the machine gave the others.
    """
    from flows.commands.show import json_line
    from flows.overrides import training_lines
    from flows.settings import load

    for line in training_lines(load()):
        json_line(line)
