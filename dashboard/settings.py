"""What a deployment can set: `doorstep.toml`, overridden by `DOORSTEP_*` variables."""

from datetime import timedelta
from functools import cache
from pathlib import Path
from tomllib import TOMLDecodeError
from typing import Annotated

from pydantic import Field, ValidationError
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from dashboard.errors import SettingsError

Minutes = Annotated[int, Field(ge=0)]


class Settings(BaseSettings):
    """Every key of `doorstep.toml`; as a variable, `DOORSTEP_` and the key in capitals."""

    model_config = SettingsConfigDict(
        env_prefix="DOORSTEP_",
        env_nested_delimiter="__",
        toml_file="doorstep.toml",
        frozen=True,
        extra="forbid",
    )

    warehouse: Path = Field(
        default=Path("warehouse"), description="Folder that holds the snapshots."
    )
    threads: Annotated[int, Field(ge=0)] = Field(
        default=0, description="Threads that queries and imports may use; 0: one per core."
    )
    fiscal_year_start: Annotated[int, Field(ge=1, le=12)] = Field(
        default=1,
        description="Month in which quarter 1 begins; the fiscal year is named after the "
        "calendar year it begins in.",
    )
    completeness_lag_minutes: Minutes = Field(
        default=0,
        description="How long after an event its message may still be under way. Promises "
        "younger than this at the snapshot's as_of are not judged yet.",
    )
    completeness_lag_by_carrier: dict[str, Minutes] = Field(
        default_factory=dict,
        description="The same, for carriers whose messages take longer.",
    )

    themes: Path | None = Field(
        default=None,
        description="File of keywords by theme for comments and contacts, in place of "
        "`queries/themes.toml`; the next import matches by it.",
    )
    benchmarks: Path | None = Field(
        default=None,
        description="CSV file of published figures of your own, shown after those of "
        "`queries/benchmarks.csv` and with its columns.",
    )
    contracts: Path | None = Field(
        default=None,
        description="Folder of the contracts with carriers, one TOML file each; else "
        "`contracts` in the folder of the warehouse.",
    )
    breaches: Path | None = Field(
        default=None,
        description="File of what a breach is assumed to put at risk, in place of "
        "`queries/breaches.toml`.",
    )
    map_style: str = Field(
        default="",
        description="Address of a MapLibre style whose tiles are drawn under the breach map, "
        "such as a tile server of your own; empty: none, and no request leaves the machine.",
    )
    faults: Path | None = Field(
        default=None,
        description="File of what declared reasons and evidence say about whose fault it is, in "
        "place of `queries/faults.toml`.",
    )
    time_zone: str = Field(
        default="UTC",
        description="Zone of local times in the files of a new profile, where nobody states "
        "another. A profile says its own.",
    )
    upload_limit_mb: Annotated[int, Field(ge=0, le=2000)] = Field(
        default=200,
        description="Most megabytes that one upload on the page Data quality may hold, all "
        "files together; 0: no uploads. Larger files: `doorstep profile new`.",
    )

    capacity_commit_days: Annotated[int, Field(ge=1, le=365)] = Field(
        default=14,
        description="How many days before a day its capacity is committed: the lead time at "
        "which forecasts are judged for capacity.",
    )
    volume_lag_days: Annotated[int, Field(ge=0, le=60)] = Field(
        default=0,
        description="How many days after a day its volume is known to who forecasts: the "
        "seasonal naive forecast repeats the same weekday of a week that was known by then.",
    )

    rollup_from_rows: Annotated[int, Field(ge=0)] = Field(
        default=10_000,
        description="Models with fewer rows keep one roll-up, by segment: a scan answers as "
        "fast, and an import ends sooner.",
    )

    def contracts_folder(self, warehouse: Path) -> Path:
        """Where the contracts with carriers are that a warehouse is settled by."""
        return self.contracts or warehouse / "contracts"

    @property
    def longest_lag(self) -> timedelta:
        """The longest completeness lag of any carrier."""
        lags = (self.completeness_lag_minutes, *self.completeness_lag_by_carrier.values())
        return timedelta(minutes=max(lags))

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Arguments first, then the environment, then the file."""
        del dotenv_settings, file_secret_settings
        toml = TomlConfigSettingsSource(settings_cls)
        return init_settings, env_settings, toml


@cache
def load() -> Settings:
    """Read the settings once per process.

    Raises:
        SettingsError: A key is unknown or its value cannot be used.
    """
    try:
        return Settings()
    except TOMLDecodeError as broken:
        message = f"doorstep.toml is no TOML ({broken}); mend it"
        raise SettingsError(message) from broken
    except ValidationError as refused:
        first = refused.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        message = f"setting '{key}': {first['msg']}; see docs/settings.md"
        raise SettingsError(message) from refused
