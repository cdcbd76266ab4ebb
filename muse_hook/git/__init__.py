"""The only door to Git: nothing else starts git or imports pygit2."""
