"""Hooks in other people's repositories: put in, taken out, looked at; nothing here prints."""

from muse_hook.install.setup import Installation, hook_states, install, uninstall
from muse_hook.install.state import HookState

__all__ = ["HookState", "Installation", "hook_states", "install", "uninstall"]
