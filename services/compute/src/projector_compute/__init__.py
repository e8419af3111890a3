"""Celery workers; the only room with numerics."""
