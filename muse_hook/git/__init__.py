"""The only door to Git: nothing else starts git or imports pygit2."""

from muse_hook.git.discovery import open_repository
from muse_hook.git.environment import MINIMUM_VERSION
from muse_hook.git.heads import Head
from muse_hook.git.repository import Repository

__all__ = ["MINIMUM_VERSION", "Head", "Repository", "open_repository"]
