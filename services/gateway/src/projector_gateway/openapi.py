"""Prints the OpenAPI document, from which the page's types are generated; starts nothing.

``python -m projector_gateway.openapi > openapi.json``
"""

from __future__ import annotations

import json
import sys

from projector_gateway.main import create_app
from projector_gateway.settings import GatewaySettings

if __name__ == "__main__":
    json.dump(create_app(GatewaySettings()).openapi(), sys.stdout, indent=2, sort_keys=True)
    sys.stdout.write("\n")
