"""Checks: tool calls with fixed arguments whose expectations code decides [B2].

Nothing here imports a model library: checks run where no model is set.
"""
