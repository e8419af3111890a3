"""What a peer that watches the runs is told, and when."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from typing import Any

import pytest
from integration.loader.running_loader import Loader

from projector_contracts.loader.v1 import loader_pb2

pytestmark = pytest.mark.integration


@pytest.fixture
def settings(settings: dict[str, Any]) -> dict[str, Any]:
    return {**settings, "watch_seconds": 0.05}


@pytest.fixture
def listings(loader: Loader) -> Iterator[Iterator[loader_pb2.ListRunsResponse]]:
    call = loader.stub.WatchRuns(loader_pb2.WatchRunsRequest(), timeout=30)
    yield iter(call)
    call.cancel()


Listings = Iterator[loader_pb2.ListRunsResponse]


def names(listing: loader_pb2.ListRunsResponse) -> list[str]:
    return [run.name for run in listing.runs]


def versions(listing: loader_pb2.ListRunsResponse) -> dict[str, str]:
    return {each.tensor_name: each.version for run in listing.runs for each in run.embeddings}


def test_a_new_run_and_a_removed_one_are_told_without_being_asked(loader: Loader, listings: Listings) -> None:
    assert names(next(listings)) == ["raw", "words"]

    (loader.root / "raw").rename(loader.root / "renamed")

    assert names(next(listings)) == ["renamed", "words"]


@pytest.mark.parametrize("name", ["tensors.bytes", "projector_config.pbtxt"])
def test_a_changed_file_changes_the_version_of_what_is_read_from_it(
    loader: Loader, listings: Listings, name: str
) -> None:
    before = versions(next(listings))
    file = loader.root / "raw" / name

    file.write_bytes(file.read_bytes().replace(b'"r"', b'"s"'))
    later = time.time() + 10
    os.utime(file, (later, later))

    after = versions(next(listings))
    assert set(before.items()) ^ set(after.items())
    assert {name: version for name, version in after.items() if name.startswith("words")} == {
        name: version for name, version in before.items() if name.startswith("words")
    }


def test_a_changed_metadata_file_changes_the_version(loader: Loader, listings: Listings) -> None:
    before = versions(next(listings))

    (loader.root / "words" / "labels.tsv").write_text("word\tn\nother\t1\n")

    after = versions(next(listings))
    assert after["r"] == before["r"]
    assert all(after[name] != before[name] for name in before if name != "r")


def test_a_loader_that_stops_does_not_wait_for_watchers(loader: Loader, listings: Listings) -> None:
    next(listings)
    begun = time.monotonic()

    loader.server.stop(10)

    assert time.monotonic() - begun < 5
