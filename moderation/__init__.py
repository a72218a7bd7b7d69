"""The moderation service: webhook, queue, desk, deliveries, export."""
