"""What the gateway can be told through its environment."""

from __future__ import annotations

from pathlib import Path

from projector_chassis.settings import ServiceSettings

_WILDCARDS = frozenset({"0.0.0.0", "::", ""})
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


class GatewaySettings(ServiceSettings):
    """Settings of the gateway; environment names carry the prefix ``PROJECTOR_``."""

    host: str = "127.0.0.1"
    port: int = 8080
    grpc_address: str = ""
    """``host:port`` of the public gRPC face; empty: off."""
    redis_url: str = "redis://127.0.0.1:6379/0"
    loader_address: str = "127.0.0.1:50051"
    database_url: str = "sqlite+aiosqlite:///projector.sqlite3"
    allowed_hosts: tuple[str, ...] = ()
    """Host names under which people reach the gateway, beside the loopback names and ``host`` itself."""
    page_directory: Path = Path(__file__).parent / "page"
    max_job_rows: int = 1_000_000
    """Most row indices one job request may carry."""
    max_jobs_of_one: int = 10
    """Most unfinished jobs of one person."""
    max_jobs: int = 200
    """Most unfinished jobs of all people together."""
    idle_pause_seconds: float = 0
    """A job that nobody has watched for so long is paused until somebody comes; 0: it goes on."""
    max_results_bytes: int = 2 * 2**30
    """Of all results that are kept in the database; the oldest make room."""
    neighbors_deadline_seconds: float = 10
    quality_deadline_seconds: float = 120
    search_cache_bytes: int = 256 * 2**20
    """Decoded metadata columns kept for searching, all together."""
    search_deadline_seconds: float = 10
    upload_silence_seconds: float = 60
    """Whoever uploads and sends nothing for so long is given up."""

    @property
    def host_names(self) -> frozenset[str]:
        """Lower-case host names (no port) that a request's Host header may carry."""
        own = frozenset() if self.host in _WILDCARDS else frozenset({self.host.lower()})
        return _LOOPBACK | own | frozenset(name.lower() for name in self.allowed_hosts)
