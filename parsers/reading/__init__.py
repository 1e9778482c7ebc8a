"""From bytes to items: fetch, read in child processes, normalise. Judges nothing.

Only `web` touches the network. `lists` reads what a source itself answers, `articles` and `pdfs` what its entries
link to.
"""
