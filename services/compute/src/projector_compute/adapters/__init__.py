"""The ports' real sides: the loader over gRPC, files below the cache folder, Redis, Celery."""
