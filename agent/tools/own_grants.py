"""A standing grant is the person's own: only their words let something be done without asking [A1].

A model may be fooled by what it reads. So it is code that reads the message of the turn: one of its
sentences must be, whole, an order in a known form to call the very address without asking
(`grant_forms`), outside quotations; the rest of the message may ask and deny nothing; and all that
is to be sent must stand in the message. Else each call asks first, as without a grant.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from agent.desk import Desk
from agent.offline.wordset import wordset
from agent.operations import AddAct, HttpAct
from agent.tools.grant_forms import ADDRESS, BODY, FORMS, KEEPS, SITE
from agent.tools.said import QUOTED
from agent.unions import Operation

ASKS_FIRST = (
    " Of what is done outside a person is asked each time: their own message does not say, in so "
    "many words and for this very request, to do it without asking."
)
"""What a model is told whose grant was not the person's own."""
_DENIES = wordset(
    "not no never dont don't doesn won isn cannot can't neither nor unless except stop avoid "
    "refuse nicht nie niemals kein keine außer nunca jamás jamais non não tampoco salvo ne pas"
)
_DENYING_SIGNS = ("ないで", "ません", "禁止", "不要", "不能", "不可", "别", "不得", "やめて")
_OBJECT = re.compile(r"\{[^{}]*(?:\{[^{}]*\}[^{}]*)*\}")
_URL = re.compile(r"https?://[^\s<>|\"'”“`)]+[^\s<>|\"'”“`).,;:!?]", re.IGNORECASE)
_DOMAIN = re.compile(r"\b[\w-]+(?:\.[\w-]+)+(?:/\S*)?")
_SENTENCE = re.compile(r"[^.;!?\n。！？；]+[.;!?。！？；]?")
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")


def own_grants(desk: Desk, changes: Sequence[Operation]) -> tuple[Operation, ...]:
    """The changes, where what the person did not grant themselves asks first."""
    return tuple(_own(desk, change) for change in changes)


def says_unasked(desk: Desk, act: HttpAct) -> bool:
    """Whether the message says to do just that without asking; somebody else's never does."""
    if desk.quoted or (desk.proposed_words and not desk.offline):
        return False
    if desk.offline:
        return True
    return _says_all(desk, act) and _grants(desk.text, act.url)


def keeps_grants(desk: Desk) -> bool:
    """Whether the person's own line says that an imported plan keeps what it may do unasked."""
    if desk.quoted or desk.proposed_words:
        return False
    first = " ".join(desk.text.strip().partition("\n")[0].partition("`")[0].split())
    return any(form.fullmatch(first) for form in KEEPS)


def _own(desk: Desk, change: Operation) -> Operation:
    if not isinstance(change, AddAct) or not change.act.without_asking:
        return change
    if says_unasked(desk, change.act):
        return change
    asking = change.act.model_copy(update={"without_asking": False})
    return change.model_copy(update={"act": asking})


def _says_all(desk: Desk, act: HttpAct) -> bool:
    """Whether the method, the body and the headers stand in the message."""
    said = _bare(f"{desk.text}\n{desk.source}")
    method = act.method == "POST" or act.method.casefold() in said
    return method and _bare(act.json_body) in said and _bare(act.headers) in said


def _grants(text: str, url: str) -> bool:
    """Whether one sentence is, whole, the order to call the address unasked, and none denies it."""
    said = QUOTED.sub(" ⁇ ", _URL.sub(_hidden, _OBJECT.sub(BODY, text)))
    addresses = _URL.findall(_OBJECT.sub(BODY, QUOTED.sub(" ", text)))
    granted = False
    for sentence in _SENTENCE.findall(_DOMAIN.sub(SITE, said)):
        here = [addresses.pop(0) for _ in range(min(sentence.count(ADDRESS), len(addresses)))]
        words = " ".join(sentence.rstrip(";").split())
        whole = next((m for form in FORMS if (m := form.fullmatch(words))), None)
        if whole is not None:
            called = here[words[: whole.start("to")].count(ADDRESS)]
            granted = granted or _plain(called) == _plain(url)
        elif _doubts(words):
            return False
    return granted


def _hidden(found: re.Match[str]) -> str:
    return ADDRESS


def _doubts(words: str) -> bool:
    """Whether a sentence beside it asks, denies, or leads to somebody's words."""
    if words.endswith(("?", "？", ":", "：")) or any(sign in words for sign in _DENYING_SIGNS):
        return True
    return bool(_DENIES & {w.casefold() for w in _WORD.findall(words)})


def _plain(url: str) -> str:
    return url.rstrip("/").casefold()


def _bare(text: str) -> str:
    return "".join(text.split()).casefold()
