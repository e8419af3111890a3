"""Wires the loader and serves it: ``python -m projector_loader.main``."""

from __future__ import annotations

import signal
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import grpc
import structlog
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection
from pydantic import ValidationError

from projector_chassis.logging import configure_logging
from projector_contracts.loader.v1 import loader_pb2, loader_pb2_grpc
from projector_loader.asset_paths import DataRoot
from projector_loader.boundary import Boundary
from projector_loader.catalog import Catalog
from projector_loader.embeddings import Embeddings
from projector_loader.metadata import MetadataReader
from projector_loader.reader_process import ReaderProcesses
from projector_loader.servicer import LoaderServicer
from projector_loader.settings import LoaderSettings
from projector_loader.sprites.cutter import Cutter, memory_for
from projector_loader.sprites.reader import SpriteReader
from projector_loader.uploads import ROOT_NAME, Uploads
from projector_loader.watching import RunWatcher

SERVICE_NAME = loader_pb2.DESCRIPTOR.services_by_name["LoaderService"].full_name
_SERVER_OPTIONS = (
    ("grpc.max_receive_message_length", 4 * 2**20),  # a million row numbers, or a part of an upload
    ("grpc.keepalive_time_ms", 60_000),  # a machine that was switched off leaves no streams behind
    ("grpc.keepalive_timeout_ms", 20_000),
    ("grpc.so_reuseport", 0),
)


@dataclass(frozen=True)
class LoaderServer:
    """A started server; ``port`` is the one it listens at, ``stop`` ends it."""

    server: grpc.Server
    health: health.HealthServicer
    watcher: RunWatcher
    processes: ReaderProcesses
    cutter: Cutter
    port: int

    def stop(self, grace_seconds: float) -> None:
        """Take no new requests, let running ones finish for so long, then end them."""
        self.health.enter_graceful_shutdown()
        self.watcher.close()
        self.server.stop(grace_seconds).wait()
        self.processes.close()
        self.cutter.close()


def start_server(settings: LoaderSettings) -> LoaderServer:
    """Build everything and listen.

    Raises:
        RuntimeError: the address is taken or is none of this machine's.
        OSError: there can be no folder for uploads.
    """
    root, uploads_root = DataRoot(settings.data_root), _uploads_root(settings)
    processes = ReaderProcesses()
    roots = filter(None, [root, uploads_root])
    catalog = Catalog(*roots, processes=processes, max_folders=settings.max_folders)
    watcher = RunWatcher(catalog.list_runs, interval_seconds=settings.watch_seconds)
    metadata = MetadataReader(cache_bytes=settings.loader_cache_bytes, max_file_bytes=settings.max_metadata_bytes)
    cutter = Cutter(memory_for(settings.max_sprite_pixels))
    sprites = SpriteReader(
        settings.cache_dir / "sprites",
        cache_bytes=settings.sprite_cache_bytes,
        max_pixels=settings.max_sprite_pixels,
        cut=cutter,
    )
    # Requests beyond the threads wait in the pool's queue; beyond twice as many they are refused at once.
    server = grpc.server(
        ThreadPoolExecutor(settings.loader_threads, thread_name_prefix="rpc"),
        interceptors=[
            Boundary(
                n_streams=settings.loader_streams,
                n_uploads=settings.loader_uploads,
                stream_seconds=settings.stream_seconds,
                log_fields=structlog.contextvars.get_contextvars(),
            )
        ],
        options=_SERVER_OPTIONS,
        maximum_concurrent_rpcs=2 * settings.loader_threads,
        compression=grpc.Compression.NoCompression,
    )
    embeddings = Embeddings(catalog, metadata, sprites)
    uploads = _uploads(uploads_root, catalog, embeddings, settings) if uploads_root else None
    servicer = LoaderServicer(catalog, watcher, embeddings, uploads)
    loader_pb2_grpc.add_LoaderServiceServicer_to_server(servicer, server)
    health_servicer = health.HealthServicer(experimental_non_blocking=True)
    health_pb2_grpc.add_HealthServicer_to_server(health_servicer, server)
    reflection.enable_server_reflection((SERVICE_NAME, health.SERVICE_NAME, reflection.SERVICE_NAME), server)
    port = server.add_insecure_port(settings.loader_address)
    server.start()
    for service in ("", SERVICE_NAME):
        health_servicer.set(service, health_pb2.HealthCheckResponse.SERVING)
    return LoaderServer(server, health_servicer, watcher, processes, cutter, port)


def _uploads_root(settings: LoaderSettings) -> DataRoot | None:
    """The root of uploads, where they are on, with its folder."""
    if settings.uploads_root is None:
        return None
    settings.uploads_root.mkdir(mode=0o700, parents=True, exist_ok=True)
    return DataRoot(settings.uploads_root, name=ROOT_NAME, holds_uploads=True)


def _uploads(root: DataRoot, catalog: Catalog, embeddings: Embeddings, settings: LoaderSettings) -> Uploads:
    return Uploads(
        root,
        catalog.reader_of(root),
        embeddings.describe_entry,
        max_file_bytes=settings.max_upload_bytes,
        max_bytes=settings.max_uploads_bytes,
    )


def main() -> None:
    """Serve until SIGTERM or SIGINT."""
    try:
        settings = LoaderSettings()
    except ValidationError as error:
        sys.exit(f"The loader's settings are wrong: {error}")
    configure_logging(service="loader", level=settings.log_level)
    log = structlog.get_logger()
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    try:
        loader = start_server(settings)
    except RuntimeError:
        log.error("cannot listen", address=settings.loader_address, cause="the address is taken or not this machine's")
        sys.exit(1)
    except OSError as error:
        log.error("cannot keep uploads", folder=str(settings.uploads_root), cause=error.strerror)
        sys.exit(1)
    log.info("serving", port=loader.port)
    stop.wait()
    loader.stop(settings.stop_seconds)
    log.info("stopped")


if __name__ == "__main__":
    main()
