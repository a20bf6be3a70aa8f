"""The language of a message: that of whom it answers, else that of the Mission's owner [C9].

The language is kept with the message, so that whoever edits it later speaks the same.
"""

from __future__ import annotations

from bot.directory import HOUSTON, SlackDirectory
from missions.cards import missions_of
from missions.domain import Domain
from missions.outbox import Entry
from missions.phrases import Language, language_of
from missions.viewer import Viewer


def language_for(domain: Domain, directory: SlackDirectory, e: Entry, viewer: Viewer) -> Language:
    """The language of an entry that `viewer` reads; English where nobody is known to ask."""
    kept = e.language or ("" if e.to else _of_message(domain, e))
    if kept:
        return language_of(kept)
    if viewer.person != HOUSTON:
        return directory.language(e.team, viewer.person)
    if e.reader:
        return directory.language(e.team, e.reader)
    for mission in (e.mission, *missions_of(e.card)):
        found = domain.store.mission(e.team, mission) if mission else None
        if found:
            return directory.language(e.team, found.owner)
    return Language.EN


def _of_message(domain: Domain, e: Entry) -> str:
    """The language of the message that the entry edits, if there is one."""
    if e.mission is None or e.update is None:
        return ""
    where = domain.outbox.where(e.team, e.mission, e.update)
    ref = domain.outbox.ref(e.team, *where) if where else None
    return ref.language if ref else ""
