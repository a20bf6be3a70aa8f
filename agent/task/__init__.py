"""The task graph: run checks → compare with the last Execution → explain → Report."""
