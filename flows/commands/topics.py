"""The commands around topics: list, eval, diff."""

import sys
from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(
    no_args_is_help=True, help="What items are judged by: list the topics, measure and compare the rules."
)
AsJson = Annotated[bool, typer.Option("--json", help="JSON on stdout instead of a table.")]


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
    file: Annotated[Path, typer.Argument(help="JSON lines with title, text, labels, relevance, language.")],
    json: AsJson = False,
) -> None:
    """Measure today's rules against labels that people gave: precision, recall and F1 by topic and language."""
    from dataclasses import asdict

    from flows.commands.show import json_line, table
    from flows.judging import rules_of
    from flows.settings import load
    from flows.topics import evaluate as measure

    scores = measure(rules_of(load()), file)
    if json:
        json_line(asdict(scores))
        return
    rows = [
        *scores.topics.items(),
        *scores.languages.items(),
        ("all (micro)", scores.micro),
        ("on topic", scores.on_topic),
    ]
    cells = [(name, f"{r.precision:.2f}", f"{r.recall:.2f}", f"{r.f1:.2f}", str(r.support)) for name, r in rows]
    sys.stdout.write(table(cells, ("", "precision", "recall", "F1", "cases")) + "\n")
    sys.stdout.write(
        f"items {scores.items}  macro F1 {scores.macro_f1:.3f}  relevance accuracy {scores.relevance_accuracy:.3f}"
        f"  average precision of core {scores.core_average_precision:.3f}\n"
    )


@app.command()
def diff(
    old: Annotated[Path, typer.Argument(help="A topics.toml.")],
    new: Annotated[Path, typer.Argument(help="Another one.")],
    json: AsJson = False,
) -> None:
    """Which stored items would gain or lose topics under NEW. Nothing is changed; apply with seabridge reclassify."""
    from flows.commands.show import json_line, table
    from flows.environment import home_folder
    from flows.topics import difference, rules_from

    found = difference(home_folder(), rules_from(old), rules_from(new))
    if json:
        for topic, item, title, change in found.changes:
            json_line({"topic": topic, "item": item, "title": title, "change": change})
        return
    if found.changes:
        sys.stdout.write(table([(t, c, i, title) for t, i, title, c in found.changes]) + "\n")
    changed = ", ".join(f"{change}: {count}" for change, count in found.relevance.items()) or "none"
    sys.stdout.write(f"{len(found.changes)} topics changed over {found.items} items; relevance changed: {changed}\n")
    if not found.changes and not found.relevance:
        raise typer.Exit(3)
