"""Bytes from the world become judged items. Knows no database, no mail and no Prefect; only `fetch` touches the network.

Reading: fetch, confined, feeds, listings, pages, pdf, seeds, dates, links, plain, language, normalise.
Judging: dedupe, topics, stories.
"""
