"""Drawing: pure functions from facts to PNG bytes. Pillow is loaded when something is drawn."""
