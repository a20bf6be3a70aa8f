"""How well the agent understands, and whether it can do harm: conversations with expected state."""
