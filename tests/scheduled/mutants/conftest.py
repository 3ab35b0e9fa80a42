"""The laboratory is one for each pytest process, because starting it takes as long as two trials."""

from collections.abc import Iterator

import pytest

from .laboratory import Laboratory


@pytest.fixture(scope="session")
def laboratory(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Laboratory]:
    """Where mutants are tried."""
    laboratory = Laboratory(tmp_path_factory.mktemp("laboratory"))
    yield laboratory
    laboratory.close()
