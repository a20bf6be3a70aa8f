"""What a person sets off at the edge is answered in their language [C9]."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar

from bot.edge.context import Edge
from missions.ids import PersonId
from missions.phrases import speaking

P = ParamSpec("P")
R = TypeVar("R")
Handler = Callable[Concatenate[Edge, P], R]


def spoken_to(person_of: Callable[P, PersonId]) -> Callable[[Handler[P, R]], Handler[P, R]]:
    """Have a handler speak the language of the person that its arguments name."""

    def within(handle: Handler[P, R]) -> Handler[P, R]:
        @wraps(handle)
        def handled(edge: Edge, /, *args: P.args, **kwargs: P.kwargs) -> R:
            person = person_of(*args, **kwargs)
            with speaking(edge.directory.language(edge.team, person)):
                return handle(edge, *args, **kwargs)

        return handled

    return within
