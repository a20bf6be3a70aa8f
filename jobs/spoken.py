"""What a job says is said in the language of whom it works for [C9].

A turn speaks the language of the person who wrote; an Execution that of its Mission's owner, as
their locale is when it runs: its report is written once, and its cards are shown in that language.
"""

from __future__ import annotations

from contextlib import AbstractContextManager

from missions.domain import Domain
from missions.ids import PersonId, TeamId
from missions.phrases import Language, language_of, speaking


def speaking_to(domain: Domain, team: TeamId, person: PersonId) -> AbstractContextManager[None]:
    """Speak the person's language within the block; English if it is not known."""
    known = domain.directory.person(team, person)
    return speaking(language_of(known.locale) if known else Language.EN)
