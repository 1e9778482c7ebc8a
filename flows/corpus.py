"""Brings the five seed documents in: from the corpus folder, else from their canonical addresses, else as abstracts.

A document that cannot be had is a line, never a dead run. Judges nothing and stores nothing.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

from flows.desk import Desk, read_document
from parsers.configured import SeedRecord
from parsers.errors import FetchFailed, Refused, Unreadable
from parsers.model import Request, Seed
from parsers.reading.seeds import abstract_seed, locate, read_seed, seed_from_page


def local_seeds(corpus: Path, records: Sequence[SeedRecord]) -> tuple[Seed, ...]:
    """The seeds as they can be read without a network; the catalogue's abstract where there is no file."""
    paths = locate(corpus, records)
    return tuple(_from_file(record, paths) for record in records)


def _from_file(record: SeedRecord, paths: Mapping[str, Path]) -> Seed:
    if record.id not in paths:
        return abstract_seed(record)
    try:
        return read_seed(paths[record.id].read_bytes(), record)
    except (OSError, Unreadable) as error:
        seed = abstract_seed(record)
        return Seed(record, seed.text, "abstract", problems=(f"{paths[record.id]} cannot be read: {error}",))


async def fetch_seed(record: SeedRecord, desk: Desk) -> Seed:
    """The seed from its canonical address, else its abstract with the reason in `problems`."""
    if record.url is None:
        return abstract_seed(record)
    try:
        page = await read_document(await desk.get(Request(record.url)), desk.readers)
        return seed_from_page(page, record)
    except (FetchFailed, Refused, Unreadable) as error:
        return Seed(record, record.abstract, "abstract", problems=(f"not fetched: {error}",))
