"""SQLAlchemy and Alembic live here and nowhere else. Repositories never commit."""
