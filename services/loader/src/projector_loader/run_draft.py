"""A run while it is put together: embeddings, rejected tensors and problems, each once, in the order of the list."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

from projector_chassis.errors import PublicError
from projector_loader.assets import Assets
from projector_loader.digests import files_digest
from projector_loader.model import (
    Checkpoint,
    EmbeddingId,
    EmbeddingSummary,
    Problem,
    RejectedTensor,
    Run,
    RunId,
    Severity,
    TensorName,
)
from projector_loader.tensors import TensorSource

_ID_BYTES = 16
_MAX_LISTED = 10_000


@dataclass(frozen=True)
class CatalogEntry:
    """An embedding with everything needed to read it.

    Attributes:
        is_named: whether the run's config names its tensor.
    """

    summary: EmbeddingSummary
    run_name: str
    source: TensorSource
    assets: Assets
    is_named: bool


@dataclass(frozen=True)
class Origin:
    """Where a tensor was found and how it is called.

    Attributes:
        holder: name of the checkpoint or file that holds it.
        tensor_name: full name.
        short_name: name to read.
        is_named: whether the config names it.
        step: the checkpoint's training step, if it has one.
    """

    holder: str
    tensor_name: TensorName
    short_name: str
    is_named: bool
    step: int | None = None


class RunDraft:
    """Collects what is found of one run.

    Args:
        run_name: the run's folder relative to the data root.
        is_upload: whether it was uploaded.
    """

    def __init__(self, run_name: str, *, is_upload: bool = False) -> None:
        self._run_name = run_name
        self._is_upload = is_upload
        self._entries: dict[EmbeddingId, CatalogEntry] = {}
        self._rejected: dict[RejectedTensor, None] = {}
        self._problems: dict[Problem, None] = {}

    @property
    def run_id(self) -> RunId:
        """The run's id, the same while its name is."""
        return RunId(_opaque_id(*_identity(self._run_name, is_upload=self._is_upload)))

    def add(self, source: TensorSource, assets: Assets, origin: Origin) -> bool:
        """Add an embedding; False when it is there already.

        Args:
            source: reads it.
            assets: the files that go with it; their problems become the run's as well.
            origin: where it was found and how it is called.
        """
        identity = _identity(self._run_name, is_upload=self._is_upload)
        embedding_id = EmbeddingId(_opaque_id(*identity, origin.holder, origin.tensor_name))
        if embedding_id in self._entries:
            return False
        if len(self._entries) == _MAX_LISTED:
            self.report(self._too_many("embeddings"))
            return True
        summary = EmbeddingSummary(
            id=embedding_id,
            run_id=self.run_id,
            tensor_name=origin.tensor_name,
            display_name=origin.short_name,
            step=origin.step,
            n_points=source.n_points,
            n_dims=source.n_dims,
            version=_version(source, assets),
        )
        self._entries[embedding_id] = CatalogEntry(summary, self._run_name, source, assets, origin.is_named)
        self.report(*assets.problems)
        return True

    def reject(self, tensor: RejectedTensor) -> None:
        """Note a tensor that cannot be viewed; the same one in many checkpoints is noted once."""
        if len(self._rejected) < _MAX_LISTED:
            self._rejected[tensor] = None
        else:
            self.report(self._too_many("rejected tensors"))

    def _too_many(self, what: str) -> Problem:
        message = (
            f"The run holds more than the {_MAX_LISTED:,} {what} that are listed; move some to a folder of their own."
        )
        return Problem(Severity.WARNING, self._run_name, message)

    def report(self, *problems: Problem) -> None:
        """Note problems, each once."""
        self._problems |= dict.fromkeys(problems)

    def entries(self) -> tuple[CatalogEntry, ...]:
        """The embeddings in the order in which they are listed."""
        return tuple(sorted(self._entries.values(), key=_order))

    def finish(self, checkpoints: Iterable[Checkpoint]) -> Run:
        """The run as it is listed."""
        return Run(
            id=self.run_id,
            name=self._run_name,
            embeddings=tuple(entry.summary for entry in self.entries()),
            checkpoints=tuple(checkpoints),
            rejected=tuple(self._rejected),
            problems=tuple(self._problems),
            is_upload=self._is_upload,
        )


def _order(entry: CatalogEntry) -> tuple[bool, bool, int, str]:
    """What the config names comes first, then what has metadata, then by size and name, as TensorBoard orders.

    Steps of one tensor keep the order in which they were added, which is newest first.
    """
    summary = entry.summary
    return not entry.is_named, entry.assets.metadata is None, -summary.n_points, summary.display_name


def _version(source: TensorSource, assets: Assets) -> str:
    """What changes whenever a file may have; empty where one is gone, which whoever reads it is told."""
    try:
        return files_digest("embedding", (source.digest(),), assets.files)
    except PublicError:
        return ""


def _identity(run_name: str, *, is_upload: bool) -> tuple[str, ...]:
    """What tells a run from all others; a folder of the data root may be called as an upload is."""
    return ("", run_name) if is_upload else (run_name,)


def _opaque_id(*identity: str) -> str:
    """A URL-safe id that is the same as long as the identity is."""
    joined = "\0".join(identity).encode("utf-8", "surrogateescape")
    return base64.urlsafe_b64encode(hashlib.sha256(joined).digest()[:_ID_BYTES]).rstrip(b"=").decode()
