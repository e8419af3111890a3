"""Alembic's environment: the steps that bring any older schema to today's, on SQLite and PostgreSQL alike."""
