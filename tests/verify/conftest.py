"""What every test of verify has: a recorded history."""

from __future__ import annotations

import pytest
from support.damage import Story
from support.repository import Repo


@pytest.fixture
def story(repo: Repo) -> Story:
    return Story(repo).record()
