"""Several workspaces: their installations, tokens, and the pages on which people install."""
