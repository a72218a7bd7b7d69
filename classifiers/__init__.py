"""What a label, a score and a model are; imports neither ``moderation`` nor ``training``."""
