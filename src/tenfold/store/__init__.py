"""What is kept, in SQLite or PostgreSQL: answers, corrections, versions of models; the only room with SQLAlchemy."""
