"""From items to what is said of them: new or known, a copy, on which topics, of which story. Reads no bytes."""
