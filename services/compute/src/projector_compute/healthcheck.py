"""``python -m projector_compute.healthcheck batch|interactive``: exit 0 while that worker of this machine is ready."""

from __future__ import annotations

import sys

import redis

from projector_compute.settings import Settings
from projector_contracts import names

_TIMEOUT_SECONDS = 3.0


def main(arguments: list[str]) -> int:
    if arguments not in (["batch"], ["interactive"]):
        sys.stderr.write("usage: python -m projector_compute.healthcheck batch|interactive\n")
        return 2
    settings = Settings()
    client = redis.Redis.from_url(
        settings.redis_url, socket_timeout=_TIMEOUT_SECONDS, socket_connect_timeout=_TIMEOUT_SECONDS
    )
    try:
        is_ready = bool(client.exists(names.worker_key(arguments[0], settings.machine)))
    except redis.RedisError as error:
        sys.stderr.write(f"Redis does not answer: {error}\n")
        return 1
    finally:
        client.close()
    if not is_ready:
        sys.stderr.write(f"the {arguments[0]} worker of {settings.machine} shows no sign of life\n")
    return 0 if is_ready else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
