"""Labels in: from our own exports, from tables and from labelling tools."""
