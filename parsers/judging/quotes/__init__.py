"""Who said what in an item, where its form leaves no doubt."""
