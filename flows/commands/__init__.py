"""The command line: what a person types, what is shown, how it ends. Does no work of its own."""
