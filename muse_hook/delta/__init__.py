"""The typed delta of one commit, in Muse's shapes and words."""
