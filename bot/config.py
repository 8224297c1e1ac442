"""Settings from a TOML file and the environment, the environment winning; `config.example.toml` explains each key."""

from __future__ import annotations

import os
from pathlib import Path

from platformdirs import user_data_path
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource

from engine.errors import BadOption
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
        return Limits(
            pixels=int(self.megapixels * 1_000_000),
            file_bytes=int(self.file_mb * 1024 * 1024),
            minimum_side=self.minimum_side,
        )


class OutputSettings(Section):
    """How pictures are written."""

    quality: int = Field(default=95, ge=1, le=100)


class ModelSettings(Section):
    """Which models find things, cut them out and fill holes; empty: the best installed one that suits the machine."""

    detector: str = ""
    segmenter: str = ""
    eraser: str = ""
    captioner: str = ""
    """Puts pictures in words for the models that paint; empty: nothing does."""


class GenerationSettings(Section):
    """Which generative models are used where a message names none; empty: the best installed one that fits."""

    inpainting: str = ""
    text_to_image: str = ""
    instruction: str = ""
    fast: bool = True
    """Whether models on a GPU are compiled when they are loaded."""
    memory_gb: float = Field(default=0, ge=0)
    """What loaded models may take together, in GiB; 0: most of what there is."""


class Settings(BaseSettings):
    """Everything that can be configured. `RETOUCH_SECTION__KEY` overrides the file's `[section] key`."""

    model_config = SettingsConfigDict(
        env_prefix="RETOUCH_", env_nested_delimiter="__", extra="forbid", frozen=True, env_ignore_empty=True
    )

    home: Path = Field(default_factory=lambda: user_data_path("retouch"))
    limits: LimitSettings = Field(default_factory=LimitSettings)
    output: OutputSettings = Field(default_factory=OutputSettings)
    models: ModelSettings = Field(default_factory=ModelSettings)
    generation: GenerationSettings = Field(default_factory=GenerationSettings)

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
