"""Settings from a TOML file and the environment, the environment winning; `config.example.toml` explains each key."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from platformdirs import user_data_path
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource

from bot.ledger.limits import QueueLimits, Rate
from engine.errors import BadOption
from engine.settings import EngineSettings, GenerationSettings, ModelSettings, PlannerSettings, SafetySettings

if TYPE_CHECKING:
    from engine.imageio import Limits


class Section(BaseModel):
    """One table of the TOML file; a key it does not know is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class LimitSettings(Section):
    """What is accepted."""

    megapixels: float = Field(default=50, gt=0, le=500)
    file_mb: float = Field(default=64, gt=0, le=1024)
    minimum_side: int = Field(default=64, ge=1)

    def of_pictures(self) -> Limits:
        """The same, as the decoder takes it."""
        from engine.imageio import Limits

        return Limits(
            pixels=int(self.megapixels * 1_000_000),
            file_bytes=int(self.file_mb * 1024 * 1024),
            minimum_side=self.minimum_side,
        )


class OutputSettings(Section):
    """How pictures are written."""

    quality: int = Field(default=95, ge=1, le=100)


class WebSettings(Section):
    """Where the server listens."""

    host: str = "127.0.0.1"
    port: int = Field(default=8686, ge=1, le=65535)


class DiscordSettings(Section):
    """The bot on Discord."""

    token: str = Field(default="", repr=False)
    message_content: bool = True
    """Whether to ask Discord for the content of messages that do not speak to the bot."""
    api: str = Field(default="", pattern="^(https?://.+)?$")
    """Where Discord's REST API is asked instead, such as at a proxy that keeps the rate limits of many processes."""
    audit_days: int = Field(default=90, ge=1, le=36500)
    """How long it stays on record what administrators did."""
    health_port: int = Field(default=0, ge=0, le=65535)
    """Where /livez, /readyz and /metrics are served, on this machine alone; 0: nowhere."""


class LoggingSettings(Section):
    """What servers log."""

    level: Literal["debug", "info", "warning", "error"] = "info"
    words: bool = False
    """Whether what people wrote may be logged too."""


class QueueSettings(Section):
    """How much is accepted, and how much of it is worked on at once."""

    waiting: int = Field(default=500, ge=1)
    per_member: int = Field(default=10, ge=1)
    per_guild: int = Field(default=300, ge=1)
    running_each: int = Field(default=2, ge=1)
    """Edits of one member that are worked on at once."""
    member_per_minute: float = Field(default=20, gt=0)
    member_burst: int = Field(default=10, ge=1)
    guild_per_minute: float = Field(default=600, gt=0)
    guild_burst: int = Field(default=200, ge=1)
    quick_workers: int = Field(default=2, ge=1)
    """Edits by exact tools that are worked on at once."""
    heavy_workers: int = Field(default=4, ge=1)
    """All others: those with the same model become one batch."""
    crashes: int = Field(default=3, ge=1)
    """How often the engine may die of an edit."""

    def limits(self) -> QueueLimits:
        """The same, as the ledger takes it."""
        return QueueLimits(
            waiting=self.waiting,
            per_member=self.per_member,
            per_guild=self.per_guild,
            running_each=self.running_each,
            member_rate=Rate(self.member_per_minute, self.member_burst),
            guild_rate=Rate(self.guild_per_minute, self.guild_burst),
            crashes=self.crashes,
            workers={"quick": self.quick_workers, "heavy": self.heavy_workers},
        )


class StorageSettings(Section):
    """Where the history is, where not in the home; both empty: a SQLite file and a folder there."""

    database: str = Field(default="", repr=False)
    """The URL of a PostgreSQL database, which may hold a password."""
    blobs: str = ""
    """s3://bucket/prefix."""


class ElsewhereSettings(Section):
    """The engine, where others keep it running; both empty: one of this process's own."""

    url: str = Field(default="", pattern="^((https?://|unix:).+)?$")
    exchange: str = ""
    """A folder or s3://bucket/prefix that the engine uses too."""

    @model_validator(mode="after")
    def _both_or_none(self) -> ElsewhereSettings:
        if bool(self.url) != bool(self.exchange):
            raise ValueError("a url goes with an exchange")
        return self


class Settings(BaseSettings):
    """Everything that can be configured. `RETOUCH_SECTION__KEY` overrides the file's `[section] key`."""

    model_config = SettingsConfigDict(
        env_prefix="RETOUCH_", env_nested_delimiter="__", extra="forbid", frozen=True, env_ignore_empty=True
    )

    home: Path = Field(default_factory=lambda: user_data_path("retouch"))
    limits: LimitSettings = Field(default_factory=LimitSettings)
    queue: QueueSettings = Field(default_factory=QueueSettings)
    storage: StorageSettings = Field(default_factory=StorageSettings)
    output: OutputSettings = Field(default_factory=OutputSettings)
    models: ModelSettings = Field(default_factory=ModelSettings)
    generation: GenerationSettings = Field(default_factory=GenerationSettings)
    safety: SafetySettings = Field(default_factory=SafetySettings)
    planner: PlannerSettings = Field(default_factory=PlannerSettings)
    engine: ElsewhereSettings = Field(default_factory=ElsewhereSettings)
    web: WebSettings = Field(default_factory=WebSettings)
    discord: DiscordSettings = Field(default_factory=DiscordSettings)
    logging: LoggingSettings = Field(default_factory=LoggingSettings)

    def of_engine(self) -> EngineSettings:
        """What the engine must know of it."""
        return EngineSettings(
            models_at=self.home / "models", models=self.models, generation=self.generation, safety=self.safety
        )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Environment first, then the file that `RETOUCH_CONFIG` names."""
        named = os.environ.get("RETOUCH_CONFIG")
        file = TomlConfigSettingsSource(settings_cls, Path(named)) if named else None
        return (init_settings, env_settings, *((file,) if file else ()))


def load_settings() -> Settings:
    """The settings in force. Raises: BadOption naming the key that is wrong, or the file that is missing."""
    named = os.environ.get("RETOUCH_CONFIG")
    if named and not Path(named).is_file():
        raise BadOption("RETOUCH_CONFIG", named, "the path of a TOML file that exists")
    try:
        return Settings()
    except ValidationError as exc:
        first = exc.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        wanted = first["msg"].removeprefix("Input should be ").removeprefix("a valid ")
        raise BadOption(key, first.get("input"), f"what config.example.toml says ({wanted})") from exc
    except ValueError as exc:
        raise BadOption("RETOUCH_CONFIG", named, f"valid TOML ({exc})") from exc
