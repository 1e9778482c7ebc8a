"""Prints how well other ways of giving topics do beside ours: `python tests/benchmarks/topic_methods.py [FILE]`.

    pip install -e .[train,compare]     # scikit-learn and wordllama, which the product does without
    SEABRIDGE_SEEDS=... python tests/benchmarks/topic_methods.py [--labelled FOLDER] [FILE]

Two tables: on the items of tests/data/labelled/taught by cross-validation, five folds by item; and on FILE (a file or
folder of such lines, else tests/data/labelled/unseen), where all that learns has learned from the former alone.
`fresh`: F1 on the items that nobody who wrote the phrases had seen; on the others rows 1, 6 and 7 are flattered.

Every way gives each topic a score. From which score on a topic is given is decided by cross-validation inside the
items it learned from, one threshold for all topics, for the best micro F1; phrases and ours bring their own. `fit`:
CPU seconds of one training without that choice, `predict`: of 1,000 items. 95 %: as in parsers/judging/scoring.py.
"""

import argparse
import importlib.util
import os
import re
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from math import log
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).parents[2]
sys.path.insert(0, str(REPOSITORY))
for threads in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "RAYON_NUM_THREADS"):
    os.environ.setdefault(threads, "1")  # CPU seconds of one core are what is compared

from flows.corpus import local_seeds  # noqa: E402
from flows.labelled import Labelled, read_labelled  # noqa: E402
from flows.settings import Settings, load  # noqa: E402
from parsers.judging.learned import Weights  # noqa: E402
from parsers.judging.scoring import Rates, Scores, score  # noqa: E402
from parsers.judging.strength import read  # noqa: E402
from parsers.judging.topic_file import Topic  # noqa: E402
from parsers.judging.topics import RuleBook, compile_rules, findings, judge, untaught  # noqa: E402
from parsers.model import Judgement, Label, Seed  # noqa: E402

FOLDS, INNER_FOLDS = 5, 2
SURE = 1.0
"""The score from which on a topic is given where nothing is left to choose."""

Array = Any
"""numpy.ndarray, items x topics if not said otherwise."""
Predict = Callable[[Sequence[Labelled]], Array]


@dataclass(frozen=True, slots=True)
class Basis:
    """What all ways may use. `paragraphs`: for each topic, in their order, the texts that give it its meaning."""

    settings: Settings
    seeds: tuple[Seed, ...]
    topics: tuple[str, ...]
    paragraphs: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Method:
    """One row. `fixed`: SURE decides; `spans`: what of the text it can show as the reason for a topic."""

    name: str
    fit: Callable[[Basis, Sequence[Labelled]], Predict]
    fixed: bool
    spans: str


def text_of(item: Labelled) -> str:
    """With the title twice, as our own weights see it: worth 0.015 of F1 to the regression over words."""
    return f"{item.title}\n{item.title}\n{item.text}"


def words_of(text: str) -> list[str]:
    return re.findall(r"\w{2,}", text.casefold())


# ---------------------------------------------------------------- ways that learn nothing


def definitions(basis: Basis, _: Sequence[Labelled]) -> Predict:
    """The share of the words of a topic's name and definition that stand in the text."""
    import numpy as np

    known = [{w for w in words_of(f"{t.name} {t.definition}") if len(w) > 3} for t in basis.settings.topics.topics]

    def shares(item: Labelled) -> list[float]:
        found = set(words_of(text_of(item)))
        return [len(words & found) / len(words) for words in known]

    return lambda items: np.array([shares(item) for item in items])


def plain_phrases(basis: Basis, _: Sequence[Labelled]) -> Predict:
    """Any of our phrases that is enough by itself, wherever and beside whatever it stands."""
    file = basis.settings.topics
    topics = tuple(
        replace(
            topic,
            around=(),
            unless=(),
            phrases=tuple(replace(rule, near=(), around=(), unless=()) for rule in topic.phrases if rule.weight >= 1),
        )
        for topic in file.topics
    )
    rules = untaught(replace(file, topics=topics))

    def named(item: Labelled) -> Iterable[int]:
        reading = read(rules.phrases, rules.groups, item.title, item.text)
        return {use.topic for phrase, _, _ in reading.matches for use in rules.uses[phrase]}

    return lambda items: _table(basis, (dict.fromkeys(named(item), SURE) for item in items))


def _table(basis: Basis, rows: Iterable[dict[int, float]]) -> Array:
    import numpy as np

    return np.array([[row.get(topic, 0.0) for topic in range(len(basis.topics))] for row in rows])


# ---------------------------------------------------------------- likeness to seed paragraphs


def tfidf_of_seeds(basis: Basis, items: Sequence[Labelled]) -> Predict:
    """Cosine with the nearest seed paragraph of the topic; how rare words are is counted over items and seeds."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    texts, topics = _paragraphs(basis)
    vectors = TfidfVectorizer(tokenizer=words_of, token_pattern=None, lowercase=False, sublinear_tf=True)
    vectors.fit([*map(text_of, items), *texts])
    seeds = vectors.transform(texts)
    return lambda items: _nearest(basis, topics, (vectors.transform(map(text_of, items)) @ seeds.T).toarray())


def bm25_of_seeds(basis: Basis, items: Sequence[Labelled], k: float = 1.2, b: float = 0.75) -> Predict:
    """BM25 (Robertson and Zaragoza 2009) of the seed paragraphs for the item as the query, as a share of the most."""
    import numpy as np

    texts, topics = _paragraphs(basis)
    counts = [Counter(words_of(text)) for text in texts]
    usual = sum(map(Counter.total, counts)) / len(counts)
    documents = [*counts, *(set(words_of(text_of(item))) for item in items)]
    spread = Counter(word for words in documents for word in words)
    weight = {word: log(1 + (len(documents) - n + 0.5) / (n + 0.5)) for word, n in spread.items()}
    postings: dict[str, Array] = {}
    for place, count in enumerate(counts):
        for word, n in count.items():
            row = postings.setdefault(word, np.zeros(len(texts)))
            row[place] = weight[word] * n * (k + 1) / (n + k * (1 - b + b * count.total() / usual))

    def likeness(item: Labelled) -> Array:
        asked = set(words_of(text_of(item)))
        most = (k + 1) * sum(weight[word] for word in asked if word in weight)
        return sum((postings[word] for word in asked if word in postings), np.zeros(len(texts))) / (most or 1)

    return lambda items: _nearest(basis, topics, np.array([likeness(item) for item in items]))


def static_of_seeds(basis: Basis, _: Sequence[Labelled]) -> Predict:
    """Cosine of static embeddings with the nearest seed paragraph of the topic."""
    texts, topics = _paragraphs(basis)
    seeds = _embedded(texts)
    return lambda items: _nearest(basis, topics, _embedded(list(map(text_of, items))) @ seeds.T)


def paragraphs_of(seeds: Sequence[Seed]) -> Callable[[Topic], tuple[str, ...]]:
    """Of a topic; the whole abstract where a document is not at hand."""
    texts = {(seed.record.file, p.number): p.text for seed in seeds for p in seed.paragraphs}
    abstracts = {seed.record.file: seed.text for seed in seeds if not seed.paragraphs}

    def of(topic: Topic) -> tuple[str, ...]:
        numbered = [texts.get((a.file, n)) or abstracts.get(a.file) for a in topic.seeds for n in a.paragraphs]
        return tuple(dict.fromkeys(text for text in numbered if text))

    return of


def _paragraphs(basis: Basis) -> tuple[list[str], list[int]]:
    """All seed paragraphs, and of each the topic."""
    pairs = [(text, topic) for topic, texts in enumerate(basis.paragraphs) for text in texts]
    return [text for text, _ in pairs], [topic for _, topic in pairs]


def _nearest(basis: Basis, topics: Sequence[int], likeness: Array) -> Array:
    """Items x paragraphs to items x topics."""
    import numpy as np

    found = np.zeros((len(likeness), len(basis.topics)))
    for paragraph, topic in enumerate(topics):
        found[:, topic] = np.maximum(found[:, topic], likeness[:, paragraph])
    return found


# ---------------------------------------------------------------- linear models


def words_regression(basis: Basis, items: Sequence[Labelled]) -> Predict:
    return _tfidf_regression(basis, items, min_df=2, tokenizer=words_of, token_pattern=None, lowercase=False)


def characters_regression(basis: Basis, items: Sequence[Labelled]) -> Predict:
    return _tfidf_regression(basis, items, min_df=5, analyzer="char_wb", ngram_range=(3, 5))


def _tfidf_regression(basis: Basis, items: Sequence[Labelled], **options: Any) -> Predict:
    from sklearn.feature_extraction.text import TfidfVectorizer

    vectors = TfidfVectorizer(sublinear_tf=True, **options)
    rows = vectors.fit_transform(map(text_of, items))
    model = _regression(rows, _gold(basis, items), C=30, dual=True, tol=0.01)
    return lambda items: model.predict_proba(vectors.transform(map(text_of, items)))


def static_regression(basis: Basis, items: Sequence[Labelled]) -> Predict:
    model = _regression(_embedded(list(map(text_of, items))), _gold(basis, items), C=3)
    return lambda items: model.predict_proba(_embedded(list(map(text_of, items))))


def _regression(rows: Array, gold: Array, **options: Any) -> Any:
    """One for each topic; C is the best of 3, 30, 100 (embeddings: 300) by cross-validation on the labelled items."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.multiclass import OneVsRestClassifier

    one = LogisticRegression(class_weight="balanced", solver="liblinear", random_state=0, **options)
    return OneVsRestClassifier(one).fit(rows, gold)


@cache
def _static_model() -> Any:
    """The 256 dimensions that come with the package; its tokenizer is found only where it is told to look for it."""
    import wordllama

    return wordllama.WordLlama.load(cache_dir=Path(wordllama.__file__).parent, disable_download=True)


def _embedded(texts: list[str]) -> Array:
    return _static_model().embed(texts, norm=True)


# ---------------------------------------------------------------- ours


def phrases(basis: Basis, _: Sequence[Labelled]) -> Predict:
    """Our phrases with their weights, places and conditions; a strength of 1 is meant to be just enough."""
    rules = untaught(basis.settings.topics)

    def strengths(item: Labelled) -> dict[int, float]:
        found = findings(rules, item.title, item.text).strengths
        return {topic: strength.total for topic, strength in found.items()}

    return lambda items: _table(basis, map(strengths, items))


def ours(basis: Basis, items: Sequence[Labelled]) -> Predict:
    """As the product judges, by phrases and by weights that its trainer learns from these items."""
    from flows.training import learn

    return _judged(basis, learn(basis.settings.topics, items, "items of a comparison"))


def shipped(basis: Basis, _: Sequence[Labelled]) -> Predict:
    """As the product judges by config/topics.model.json: only for items that it was not learned from."""
    return _judged(basis, basis.settings.weights)


def _judged(basis: Basis, weights: Weights) -> Predict:
    rules = compile_rules(RuleBook(basis.settings.topics, basis.settings.kinds, weights), basis.seeds)
    number = {topic: number for number, topic in enumerate(basis.topics)}

    def given(item: Labelled) -> dict[int, float]:
        return {number[label.topic]: SURE for label in judge(rules, item.title, item.text).labels}

    return lambda items: _table(basis, map(given, items))


METHODS = (
    Method("1 words of the definitions", definitions, fixed=False, spans="words"),
    Method("1 plain phrases, any", plain_phrases, fixed=True, spans="phrases"),
    Method("2 TF-IDF, nearest seed", tfidf_of_seeds, fixed=False, spans="words shared"),
    Method("2 BM25, nearest seed", bm25_of_seeds, fixed=False, spans="words shared"),
    Method("3 regression, words", words_regression, fixed=False, spans="words"),
    Method("4 regression, characters", characters_regression, fixed=False, spans="pieces of words"),
    Method("5 static, nearest seed", static_of_seeds, fixed=False, spans="no"),
    Method("5 regression, static", static_regression, fixed=False, spans="no"),
    Method("6 our phrases alone", phrases, fixed=True, spans="phrases"),
    Method("7 ours, learned here", ours, fixed=True, spans="phrases, words"),
)
SHIPPED = Method("7 ours, as shipped", shipped, fixed=True, spans="phrases, words")


# ---------------------------------------------------------------- measuring


@dataclass(slots=True)
class Cost:
    """CPU seconds, and what for."""

    fit: float = 0.0
    fits: int = 0
    predict: float = 0.0
    items: int = 0


def scores_of(method: Method, basis: Basis, known: Sequence[Labelled], items: Sequence[Labelled], cost: Cost) -> Array:
    began = time.process_time()
    predict = method.fit(basis, known)
    fitted = time.process_time()
    scores = predict(items)
    cost.fit += fitted - began
    cost.fits += 1
    cost.predict += time.process_time() - fitted
    cost.items += len(items)
    return scores


def by_folds(
    method: Method, basis: Basis, items: Sequence[Labelled], number: int, cost: Cost
) -> Iterator[tuple[list[Labelled], Array, Array]]:
    """For each fold the items outside, and of those inside the numbers and the scores by what was learned outside."""
    from sklearn.model_selection import KFold

    for outside, inside in KFold(number, shuffle=True, random_state=0).split(items):
        known = [items[n] for n in outside]
        yield known, inside, scores_of(method, basis, known, [items[n] for n in inside], cost)


def cross_validated(method: Method, basis: Basis, items: Sequence[Labelled], cost: Cost) -> Array:
    """Whether each topic is given to each item, decided without any knowledge of the item."""
    import numpy as np

    given = np.zeros((len(items), len(basis.topics)), dtype=bool)
    for known, inside, scores in by_folds(method, basis, items, FOLDS, cost):
        given[inside] = scores >= threshold_from(method, basis, known)
    return given


def threshold_from(method: Method, basis: Basis, items: Sequence[Labelled]) -> float:
    import numpy as np

    if method.fixed:
        return SURE
    scores = np.zeros((len(items), len(basis.topics)))
    for _, inside, found in by_folds(method, basis, items, INNER_FOLDS, Cost()):
        scores[inside] = found
    return best_threshold(scores, _gold(basis, items))


def best_threshold(scores: Array, gold: Array) -> float:
    """The score from which on topics must be given for the best micro F1."""
    import numpy as np

    order = np.argsort(-scores, axis=None, kind="stable")
    ranked, right = scores.ravel()[order], np.cumsum(gold.ravel()[order])
    f1 = 2 * right / (np.arange(1, len(order) + 1) + gold.sum())
    f1[:-1][ranked[:-1] == ranked[1:]] = 0  # equal scores are given together
    return float(ranked[f1.argmax()])


def _gold(basis: Basis, items: Sequence[Labelled]) -> Array:
    import numpy as np

    return np.array([[topic in item.gold.topics for topic in basis.topics] for item in items], dtype=int)


def row_of(method: Method, basis: Basis, items: Sequence[Labelled], given: Array, cost: Cost) -> str:
    """`given`: of each item and topic, whether the topic is given."""
    scores = _scored(basis, items, given)
    fresh = [number for number, item in enumerate(items) if item.fresh]
    low, high = scores.micro.f1_interval
    return "  ".join(
        (
            f"{method.name:26}",
            f"{_said(scores.micro)} {low:.2f}-{high:.2f}",
            _said(scores.languages.get("en")),
            _said(scores.languages.get("other")),
            f"{scores.macro_f1:.3f}",
            f"{_scored(basis, [items[n] for n in fresh], given[fresh]).micro.f1:.3f}" if fresh else "    -",
            f"{cost.fit / cost.fits:6.2f} {1000 * cost.predict / cost.items:7.2f}",
            method.spans,
        )
    )


def _scored(basis: Basis, items: Sequence[Labelled], given: Array) -> Scores:
    gold = [replace(i.gold, language="en" if i.gold.language == "en" else "other") for i in items]
    labels = [tuple(Label(basis.topics[number], SURE, ()) for number in row.nonzero()[0]) for row in given]
    return score(gold, [Judgement("related", 0.0, row, "") for row in labels])


def _said(rates: Rates | None) -> str:
    return f"{rates.precision:.3f} {rates.recall:.3f} {rates.f1:.3f}" if rates else f"{'-':>17}"


def head(title: str, items: Sequence[Labelled]) -> str:
    languages = Counter(item.gold.language for item in items)
    return (
        f"\n{title}: {len(items)} items, {languages['en']} in English, {sum(item.fresh for item in items)} fresh\n"
        f"{'':28}{'P     R     F1    95 %':29}{'English':19}{'other languages':19}"
        f"{'macro':7}{'fresh':7}{'fit':>6} {'predict':>7}  spans"
    )


def main(labelled: Path, file: Path) -> None:
    settings = load(REPOSITORY / "config")
    seeds = local_seeds(settings.corpus, settings.seeds)
    topics = tuple(topic.id for topic in settings.topics.topics)
    basis = Basis(settings, seeds, topics, tuple(map(paragraphs_of(seeds), settings.topics.topics)))
    items = read_labelled([labelled], topics)
    others = read_labelled([file], topics)
    if not (items and others):
        sys.exit(f"no items in {file if items else labelled}")
    if abstracts := sum(seed.text_origin == "abstract" for seed in seeds):
        print(f"{abstracts} of {len(seeds)} seed documents stand in as abstracts: rows of seeds are worth less")
    print(head("labelled, by cross-validation", items))
    for method in METHODS:
        cost = Cost()
        given = cross_validated(method, basis, items, cost)
        print(row_of(method, basis, items, given, cost), flush=True)
    print(head(f"{file}, learned from the labelled items", others))
    for method in (*METHODS, SHIPPED):
        cost = Cost()
        given = scores_of(method, basis, items, others, cost) >= threshold_from(method, basis, items)
        print(row_of(method, basis, others, given, cost), flush=True)
    print(f"as shipped: learned from {settings.weights.made_from!r}; were these items among them, the row says little")


if __name__ == "__main__":
    if missing := [name for name in ("sklearn", "wordllama") if importlib.util.find_spec(name) is None]:
        sys.exit(f"{' and '.join(missing)} not found: this comparison needs `pip install -e .[train,compare]`")
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    data = REPOSITORY / "tests" / "data" / "labelled"
    parser.add_argument("file", nargs="?", type=Path, default=data / "unseen")
    parser.add_argument("--labelled", type=Path, default=data / "taught")
    main(**vars(parser.parse_args()))
