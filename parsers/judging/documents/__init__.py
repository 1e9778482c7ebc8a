"""Which primary documents an item cites, and which it is itself."""
