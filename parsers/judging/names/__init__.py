"""Who and what an item names, by the entities of config/entities/."""
