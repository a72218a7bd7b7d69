"""The outbox worker: signs, sends, tries again, gives up loudly."""
