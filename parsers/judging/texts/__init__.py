"""Which items say the same in the same words, and whose words they are. Groups no events."""
