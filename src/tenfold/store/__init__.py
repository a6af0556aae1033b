"""What is kept, in SQLite or PostgreSQL: answers, corrections, versions, profiles; the only room with SQLAlchemy."""
