"""Scenes of a Houston whose language model fails."""

from __future__ import annotations

from tests.screens.stage import Stage


def sorry(s: Stage) -> None:
    """A model that fails"""
    ada = s.ada
    root = ada.mention("watch the shop for me, please")
    s.shot("Apology with Retry", ada, ada.offered(root, "retry", 60), root)


SCENES = (sorry,)
