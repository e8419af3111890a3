"""Workers, gateways and the arrays they work on, each a part of its own so that a test can take one away."""

from __future__ import annotations

from integration.compute.conftest import client, digits, loader, place

__all__ = ["client", "digits", "loader", "place"]
