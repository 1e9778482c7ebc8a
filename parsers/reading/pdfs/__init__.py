"""Reading the article in a PDF."""
