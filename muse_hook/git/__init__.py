"""The only door to Git: nothing else starts git or imports pygit2."""

from muse_hook.git.environment import MINIMUM_GIT
from muse_hook.git.heads import Head
from muse_hook.git.repository import Repository, open_repository

__all__ = ["MINIMUM_GIT", "Head", "Repository", "open_repository"]
