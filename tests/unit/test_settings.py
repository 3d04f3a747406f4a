"""Settings: the file, the environment, and what is refused."""

from pathlib import Path

import pytest

from dashboard import settings
from dashboard.errors import SettingsError


def test_the_environment_wins_over_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "doorstep.toml").write_text('warehouse = "a"\nfiscal_year_start = 4\n')
    monkeypatch.setenv("DOORSTEP_WAREHOUSE", "b")

    found = settings.load()

    assert found.warehouse == Path("b")
    assert found.fiscal_year_start == 4


def test_lags_by_carrier_come_from_the_file(tmp_path: Path) -> None:
    (tmp_path / "doorstep.toml").write_text("[completeness_lag_by_carrier]\nHeron = 90\n")

    assert settings.load().completeness_lag_by_carrier == {"Heron": 90}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("colour = 1\n", "setting 'colour': Extra inputs are not permitted; see docs/settings.md"),
        (
            "fiscal_year_start = 13\n",
            "setting 'fiscal_year_start': Input should be less than or equal to 12; "
            "see docs/settings.md",
        ),
        (
            "warehouse = \n",
            "doorstep.toml is no TOML (Invalid value (at line 1, column 13)); mend it",
        ),
    ],
)
def test_a_wrong_setting_is_refused_by_name(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "doorstep.toml").write_text(text)

    with pytest.raises(SettingsError) as refused:
        settings.load()

    assert str(refused.value) == message
