"""Bytes from the world become judged items. Knows no database, no mail and no Prefect.

Two halves: `reading` makes items of bytes, `judging` says what they are. Nouns are in `model`, errors in `errors`.
"""
