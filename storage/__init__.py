"""Items in and out of DuckDB. Decides nothing. The only folder that knows DuckDB."""
