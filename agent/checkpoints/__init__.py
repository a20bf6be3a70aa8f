"""How checkpoints of conversations are written down; used by `agent.checkpointer` alone."""
