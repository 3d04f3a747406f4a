"""The sample in a warehouse: generated as raw files and imported like anybody's."""

import shutil
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from dashboard import printing, tree
from dashboard.errors import WarehouseError
from dashboard.warehouse import ImportOptions, Manifest, Warehouse

PROFILE = "sample"


@dataclass(frozen=True)
class World:
    """Which made-up world.

    Attributes:
        deliveries: How many.
        seed: Another seed, another world.
        null: Plant nothing.
    """

    deliveries: int = 400_000
    seed: int = 1
    null: bool = False


def build_if_absent(warehouse: Warehouse, world: World) -> Manifest:
    """Build the sample's snapshot, unless the warehouse has one already.

    Raises:
        WarehouseError: The warehouse holds other data.
    """
    if warehouse.exists():
        newest = warehouse.newest()
        if newest.profile != PROFILE:
            message = (
                f"{warehouse.path} holds data of profile '{newest.profile}'; "
                "name another folder with --warehouse"
            )
            raise WarehouseError(message)
        printing.note(f"The sample is there already: snapshot {newest.id} of {warehouse.path}")
        return newest
    with TemporaryDirectory(prefix="doorstep-sample-") as folder:
        files = Path(folder)
        _write(files, world)
        with printing.steps("Importing the sample") as progress:
            options = ImportOptions(PROFILE, progress=progress)
            late_enough = max(options.now, tree.sample_generator().AS_OF)
            options = replace(options, now=late_enough)
            published = warehouse.import_folder(files, options).manifest
    _lay_down_contracts(warehouse.path)
    return published


def _lay_down_contracts(warehouse: Path) -> None:
    """Put the sample's contracts with carriers where settlements look for them."""
    folder = warehouse / "contracts"
    folder.mkdir(exist_ok=True)
    for path in (tree.root() / "sample_data" / "contracts").glob("*.toml"):
        shutil.copyfile(path, folder / path.name)


def _write(folder: Path, world: World) -> None:
    generator = tree.sample_generator()
    options = generator.Options(deliveries=world.deliveries, seed=world.seed, null=world.null)
    with printing.bar("Making up the sample") as progress:
        generator.write_sample(folder, options, progress)
