"""From bytes to items: fetch, read in child processes, normalise. Judges nothing.

Only `fetch` and what it is made of (`dialling`, `addresses`, `codings`) touch the network.
"""
