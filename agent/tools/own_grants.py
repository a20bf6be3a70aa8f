"""A standing grant is the person's own: only their words let something be done without asking [A1].

A model may be fooled by what it reads. So it is code that reads the message of the turn: one of its
sentences must say that nobody is to be asked, deny and ask nothing, and name the very address; and
all that is to be sent must stand in the message. Else each call asks first, as without a grant.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from agent.desk import Desk
from agent.offline.wordset import wordset
from agent.operations import AddAct, HttpAct
from agent.unions import Operation

ASKS_FIRST = (
    " Of what is done outside a person is asked each time: their own message does not say, in so "
    "many words and for this very request, to do it without asking."
)
"""What a model is told whose grant was not the person's own."""
_UNASKED = re.compile(
    r"\bwithout (?:any |my |further )?(?:asking|approval|confirmation|being asked)(?: \w+)?\b"
    r"|\b(?:no|needs no) (?:approval|confirmation)(?: is)? ?(?:needed|required)?\b"
    r"|\b(?:do not|don['’]t|never) ask\b"
    r"|\bohne (?:zu fragen|nachfragen?|nachzufragen|rückfragen?|freigabe|genehmigung|zustimmung)\b"
    r"|\bsin (?:preguntar|pedir (?:permiso|aprobación)|aprobación|confirmación)\b"
    r"|\bsans (?:demander|approbation|confirmation)\b|\bsenza (?:chiedere|conferma)\b"
    r"|\bsem (?:perguntar|aprovação|confirmação)\b"
    r"|確認(?:なし|せず|不要)|承認(?:なし|不要)|聞かず|(?:无需|不用|不必|无须)(?:批准|确认|询问|问)",
    re.IGNORECASE,
)
_DENIES = wordset(
    "not no never dont don doesn won isn cannot can't neither nor unless except stop avoid refuse "
    "nicht nie niemals kein keine außer nunca jamás jamais non nunca não tampoco salvo ne pas"
)
_DENYING_SIGNS = ("ないで", "ません", "禁止", "不要不", "不能", "不可", "别", "不得")
_QUOTED = re.compile(r"“[^”]*”|„[^“”]*[“”]|«[^»]*»|`[^`]*`|(?m:^\s*(?:>|&gt;).*$)", re.DOTALL)
_ADDRESS = re.compile(r"https?://[^\s<>|\"'”“`)]+[^\s<>|\"'”“`).,;:!?]", re.IGNORECASE)
_SENTENCE = re.compile(r"[^.;!?\n。！？；]+[?？]?")
_WORD = re.compile(r"[^\W\d_]+")


def own_grants(desk: Desk, changes: Sequence[Operation]) -> tuple[Operation, ...]:
    """The changes, where what the person did not grant themselves asks first."""
    return tuple(_own(desk, change) for change in changes)


def says_unasked(desk: Desk, act: HttpAct) -> bool:
    """Whether the message says to do just that without asking."""
    if desk.offline:
        return True
    if desk.proposed_words or desk.quoted:
        return False
    said = _QUOTED.sub(" ", desk.text)
    return _says_all(desk, act) and any(_grants(one, act.url) for one in _sentences(said))


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


def _sentences(text: str) -> list[tuple[str, list[str]]]:
    """Each sentence with its addresses, which stand as `⁂` in it."""
    found = []
    addresses = _ADDRESS.findall(text)
    for one in _SENTENCE.findall(_ADDRESS.sub("⁂", text)):
        here = one.count("⁂")
        found.append((one, addresses[:here]))
        del addresses[:here]
    return found


def _grants(sentence: tuple[str, list[str]], url: str) -> bool:
    """Whether the sentence lets the address that stands next to the grant be called unasked."""
    words, addresses = sentence
    said = _UNASKED.search(words)
    if said is None or words.endswith(("?", "？")):
        return False
    before, after = words[: said.start()], words[said.end() :]
    rest = f"{before} {after}"
    if _DENIES & {w.casefold() for w in _WORD.findall(rest)}:
        return False
    if any(sign in rest for sign in _DENYING_SIGNS):
        return False
    at = before.count("⁂")
    near = addresses[at - 1 : at] or addresses[:1]
    return [_plain(address) for address in near] == [_plain(url)]


def _plain(url: str) -> str:
    return url.rstrip("/").casefold()


def _bare(text: str) -> str:
    return "".join(text.split()).casefold()
