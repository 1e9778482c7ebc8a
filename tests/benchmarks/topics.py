"""Prints how well and how fast topics are given on a labelled file: `python tests/benchmarks/topics.py [FILE]`.

FILE has one JSON object a line: title, text, labels, relevance, language; without it tests/data/labelled.jsonl is read.
"""

import json
import sys
import time
import tomllib
from pathlib import Path

from pydantic import TypeAdapter

REPOSITORY = Path(__file__).parents[2]
sys.path.insert(0, str(REPOSITORY))

from parsers.judging.scoring import Gold, score  # noqa: E402
from parsers.judging.topic_file import TopicFile  # noqa: E402
from parsers.judging.topics import compile_rules, judge  # noqa: E402


def main(path: Path) -> None:
    with (REPOSITORY / "config" / "topics.toml").open("rb") as stream:
        rules = compile_rules(TypeAdapter(TopicFile).validate_python(tomllib.load(stream)))
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    gold = [Gold(row["language"], frozenset(row["labels"]), row["relevance"]) for row in rows]
    scores = score(gold, [judge(rules, row["title"], row["text"]) for row in rows])
    for topic, rates in scores.topics.items():
        print(f"{topic:20} P {rates.precision:.2f}  R {rates.recall:.2f}  F1 {rates.f1:.2f}  n {rates.support}")
    print("  ".join(f"{language} {rates.f1:.2f}" for language, rates in scores.languages.items()))
    print(
        f"items {scores.items}  micro P {scores.micro.precision:.3f} R {scores.micro.recall:.3f}"
        f" F1 {scores.micro.f1:.3f}"
        f"  macro F1 {scores.macro_f1:.3f}  on-topic F1 {scores.on_topic.f1:.3f}"
        f"  relevance {scores.relevance_accuracy:.3f}  core AP {scores.core_average_precision:.3f}"
    )
    started = time.process_time()
    for row in rows:
        judge(rules, row["title"], row["text"])
    seconds = time.process_time() - started
    characters = sum(len(row["title"]) + len(row["text"]) for row in rows)
    print(
        f"{len(rows) / seconds:,.0f} items a second of {characters / len(rows):,.0f} characters; rules {rules.version}"
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else REPOSITORY / "tests" / "data" / "labelled.jsonl")
