"""What every test of verify has: a recorded history."""

from __future__ import annotations

import pytest
from conftest import Repo
from verify_room import Story


@pytest.fixture
def story(repo: Repo) -> Story:
    return Story(repo).record()
