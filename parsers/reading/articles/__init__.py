"""Reading the article on a page: text, title, names, dates."""
