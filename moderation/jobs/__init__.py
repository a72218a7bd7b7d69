"""Work that takes minutes, done outside of requests."""
