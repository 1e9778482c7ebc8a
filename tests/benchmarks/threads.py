"""Prints what it takes to link the stories of a week to those known: `threads.py [NEW [KNOWN ...]]`.

300 new ones to 10,000, 30,000 and 100,000 where nothing is said.
The stories are made: words by Zipf's law as in headlines, and matters of some stories each that share two rare names.
Known ones are spread over the year in which they can be continued. Right are the links within one matter.
"""

import random
import sys
import time
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from parsers.judging.stories.threads import StoryFacts, continuations

NOW = datetime(2026, 3, 2, tzinfo=UTC)
VOCABULARY = 30_000
STORIES_OF_A_MATTER = 8
CONSONANTS, VOWELS = "bdfgklmnprstv", "aeiou"


def word(number: int) -> str:
    """A word of five syllables, another one for each number."""
    draw = random.Random(number)
    return "".join(draw.choice(CONSONANTS) + draw.choice(VOWELS) for _ in range(5))


def made_stories(number: int, new: int, draw: random.Random) -> list[StoryFacts]:
    """`number` stories of the year before NOW, and `new` ones of the week before it; the id begins with the matter."""
    words = [word(rank) for rank in range(VOCABULARY)]
    weights = list(accumulate(1 / (rank + 2) for rank in range(VOCABULARY)))
    matters = max(1, (number + new) // STORIES_OF_A_MATTER)
    stories = []
    for count in range(number + new):
        days = draw.uniform(7, 360) if count < number else draw.uniform(0, 7)
        matter = draw.randrange(matters)
        one, other = (word(VOCABULARY + 2 * matter + number).title() for number in (1, 2))
        texts = [" ".join(draw.choices(words, cum_weights=weights, k=size)) for size in (7, 8, 9, 35)]
        when = NOW - timedelta(days=days)
        stories.append(
            StoryFacts(
                id=f"{matter}-{count}",
                first=when,
                last=when,
                titles=(f"{one} {texts[0]} {other}", texts[1], texts[2]),
                openings=(texts[3],),
                languages=("en", "en", "en"),
                entities={f"e{draw.randrange(300) * draw.randrange(300) // 300}": 1 for _ in range(6)},
                topics={f"t{draw.randrange(21)}": 0.8},
            )
        )
    return stories


def main(new: int, sizes: list[int]) -> None:
    print(f"{'known':>9} {'new':>6} {'seconds':>8} {'links':>6} {'right':>6}")
    for size in sizes:
        stories = made_stories(size, new, random.Random(1))
        started = time.process_time()
        links = continuations(stories[size:], stories[:size])
        taken = time.process_time() - started
        right = sum(link.story_id.split("-")[0] == link.earlier_id.split("-")[0] for link in links)
        print(f"{size:>9,} {new:>6,} {taken:>8.2f} {len(links):>6,} {right:>6,}")


if __name__ == "__main__":
    given = [int(argument) for argument in sys.argv[1:]]
    main(given[0] if given else 300, given[1:] or [10_000, 30_000, 100_000])
