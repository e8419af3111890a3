"""Settings come from the environment alone, are read once in ``main`` and passed on; nothing reads them globally."""

from __future__ import annotations

from typing import Literal

from pydantic_settings import BaseSettings, SettingsConfigDict


class ServiceSettings(BaseSettings):
    """What every service can be told. Environment names carry the prefix ``PROJECTOR_``."""

    model_config = SettingsConfigDict(env_prefix="PROJECTOR_", frozen=True, extra="ignore")

    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
