"""How questions are answered: with what was found, why it cannot be had, and what was left out."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import structlog

from projector_chassis.errors import PublicError
from projector_compute.model import Failure, Notice

_LOG = structlog.get_logger(__name__)
_Found = TypeVar("_Found")


def answered(find: Callable[[], _Found], *, what: str, embedding_or_job: str) -> _Found | Failure:
    """What is found, or why it cannot be had; nothing is raised.

    Args:
        what: is asked for, as a plural.
        embedding_or_job: the id for the log.
    """
    try:
        return find()
    except PublicError as error:
        return Failure(error.code, error.message)
    except Exception:
        _LOG.exception("question failed", what=what, id=embedding_or_job)
        return Failure("internal", f"The {what} could not be computed; the worker's log holds the cause.")


def left_out(n_rows: int, kind: str) -> Notice:
    """That rows of a kind, in words that follow "rows", were left out."""
    rows = f"1 row {kind} was" if n_rows == 1 else f"{n_rows:,} rows {kind} were"
    return Notice("rows", f"{rows} left out.")
