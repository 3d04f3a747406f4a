"""Where pages/, queries/ and sample_data/ are: in the checkout or in the wheel."""

from importlib import import_module
from pathlib import Path
from types import ModuleType

_PACKAGE = Path(__file__).parent
_BUNDLE = _PACKAGE / "_bundled"


def root() -> Path:
    """The folder that holds pages/, queries/ and sample_data/.

    A built wheel carries them under `dashboard/_bundled/`; a checkout has them
    beside the package.
    """
    return _BUNDLE if _BUNDLE.is_dir() else _PACKAGE.parent


def sample_generator() -> ModuleType:
    """The `sample_data` package, wherever it lives."""
    bundled = root() == _BUNDLE
    return import_module("dashboard._bundled.sample_data" if bundled else "sample_data")
