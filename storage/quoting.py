"""Writes text and names into SQL where DuckDB takes no parameter: ATTACH, LOAD, COMMENT, SET. Runs nothing."""


def literal(text: str) -> str:
    """As a text of SQL."""
    return "'" + text.replace("'", "''") + "'"


def identifier(name: str) -> str:
    """As a name of SQL."""
    return '"' + name.replace('"', '""') + '"'
