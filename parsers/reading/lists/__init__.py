"""Reading what a source lists: feeds, sitemaps, listings, records. Every form becomes a Feed of entries."""
