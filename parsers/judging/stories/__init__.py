"""Which items tell one event, and which event continues which. Reads no files and stores nothing."""
