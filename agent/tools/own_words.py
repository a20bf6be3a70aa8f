"""What a person said themselves: renaming and stopping act on that, and on nothing else [C6].

A model may be fooled by what it reads. So it is code that reads the message of the turn as an
order, outside quotations. A stop is a whole imperative that begins the message and stands alone in
its clause, with nothing behind it but politeness and a reason. A new name is all that follows an
order to rename, with what is renamed, to the end of its clause; nothing beside it may be a
condition, somebody's words, or take it back (`beside_orders`). Whatever else may be meant is left
to a button.
"""

from __future__ import annotations

import re

from agent.desk import Desk
from agent.offline.wordset import wordset
from agent.tools.beside_orders import is_plain_rest, keeps_name
from agent.tools.name_like import may_be_name
from agent.tools.said import BREAKS, JOINS, QUOTED, QUOTED_WORD, THIS_ONE, said_words
from agent.tools.signs import sign_name, sign_stop
from missions.mission import Mission

_STOPS = wordset(
    "stop abort kill halt interrupt terminate quit "
    "stopp stoppe stoppen anhalten abbrechen brich beenden beende "
    "arrête arrete arrêtez arrêter interromps interrompre interromp detén deten detenlo detener "
    "páralo paralo párala parala ferma fermalo interrompi pare zatrzymaj przerwij durdur "
    "стоп останови остановите прекрати прекратите"
)
"""Orders to stop what runs, as whole words; in other languages the button does."""
_PARA = "para"
"""Spanish and Portuguese for “stop”, and for “for”: an order alone, or with the run beside it."""
_CANCELS = wordset("cancel cancela cancelar annule annuler annulez annulla anuluj отмени отмените")
"""These may mean a change that waits as well, so they need the run beside them."""
_ABORTS = wordset("abort abbrechen brich")
"""And these, while one waits."""
_INFINITIVES = wordset("stoppen anhalten abbrechen beenden")
"""German puts these last: “bitte den Lauf abbrechen”."""
_RUN = wordset(
    "run runs execution executions lauf läufe ausführung ejecución exécution esecuzione execução "
    "запуск"
)
_POLITE = wordset(
    "please pls plz can could would will you houston hey hi ok okay now just so bitte jetzt "
    "kannst könntest du por favor s te vous plaît plait per favore пожалуйста proszę lütfen il sil"
)
"""What may lead an order."""
_ASKED = wordset("can could would will kannst könntest")
"""With one of these a question mark asks for the deed."""
_AROUND = _RUN | wordset(
    "please pls plz right away now it this that the a running execution task mission "
    "job of everything all immediately at once houston "
    "bitte jetzt sofort den die das diese diesen es ab an aufgabe "
    "por favor esto eso la el lo ahora ya misión s'il s il te vous plaît plait le les l maintenant "
    "favore ora adesso questo agora isso o пожалуйста это его миссию to na teraz proszę lütfen"
)
"""What may stand beside a stop without changing it: politeness, what it is about."""
_PARA_BESIDE = wordset("la esta ejecución ya ahora mismo por favor porfa")
_DOING = re.compile(
    r"\b(?:what|whatever|everything|all)(?: that)?(?: (?:you|it) (?:are|re|is|s)| (?:is|s))"
    r" (?:doing|running)\b"
)
"""“Stop what you are doing”, “stop what is running”."""
_RENAMES = wordset(
    "rename retitle umbenennen benenne benenn renomme renommez renommer renombra renombrar "
    "rinomina renomeie renomeia renomear przemianuj переименуй переименуйте"
)
_CALLS = wordset(
    "call name title nenn nenne appelle appelez nomme nommez chame nazwij назови назовите"
)
_CALLS_IT = wordset(
    "llámalo llamalo llámala llamala chiamalo chiamala renómbralo renombralo renómbrala "
    "rinominalo rinominala"
)
"""Orders that hold what is named."""
_CHANGES = wordset("change set ändere ändre cambia cambiar changez modifie muda mude mudar")
_NAMES = wordset("name title namen titel nom titre nombre título nome имя nazwę")
_IT = wordset("it es ihn это его её")
_MISSION = wordset("the this that mission die diese la el esta cette misión missão миссию")
_LINKS = wordset("to as in zu um a en como como para na в de d di")
_ENDS = BREAKS | JOINS | {"please", "pls", "plz", "thx", "thanks", "now", "bitte", "instead"}
"""What ends a name that is not the end of the message."""
_STRANGE = (">", "&gt;", "~")
_QUOTES = "\"'`“”„«»‘’「」『』"
_ID = re.compile(r"\bM-[A-Z0-9]{6}\b", re.IGNORECASE)
_PRONOUN = re.compile(r"(?<=\w)-(?:le|la|o|a)\b", re.IGNORECASE)
"""French and Portuguese hang what is named on the verb: “appelle-le”."""
_CAPITAL = re.compile(r"[^\W\d_]")


def says_name(desk: Desk, mission: Mission, name: str) -> bool:
    """Whether the message orders the Mission to be called just that, in any case or punctuation."""
    wanted = said_words(name)
    text = _of(desk, mission, name)
    if not wanted or text is None:
        return False
    said = said_words(_PRONOUN.sub(" it", text))
    for at in range(len(said) - len(wanted) + 1):
        after = said[at + len(wanted) :]
        if said[at : at + len(wanted)] != wanted or not _ends(after):
            continue
        before, clause = _clause_before(said[:at])
        if "?" in after[:1] and not _ASKED & set(clause):
            continue
        names = frozenset({THIS_ONE, "houston", *said_words(mission.name)})
        if keeps_name(before, after, names) and _renames(clause, mission, name, text):
            return True
    named = _is_quoted(text, name) or may_be_name(wanted)
    return named and sign_name(text, mission.name, name)


def says_stop(desk: Desk, mission: Mission) -> bool:
    """Whether the message begins with an order to stop, now and without a condition."""
    text = _of(desk, mission)
    if text is None:
        return False
    said = said_words(text)
    while said and (said[0] in BREAKS or (said[0] == THIS_ONE and said[1:2] == [":"])):
        del said[0]
    end = next((i for i, w in enumerate(said) if w in BREAKS or w in JOINS), len(said))
    rest = said[end:]
    if _stops(said[:end], desk, mission):
        return is_plain_rest(rest)
    return sign_stop(text, mission.name)


def _of(desk: Desk, mission: Mission, name: str = "") -> str | None:
    """The words of the turn; None if they are not the person's, or name other Missions alone.

    Somebody else's message is nobody's order, and a model may hide words behind an answer's label.
    What stands in quotation marks is said of somebody, unless it is a name. Quoted lines and what
    is struck out never are.
    """
    if desk.quoted or (desk.proposed_words and not desk.offline):
        return None
    named = {found.upper() for found in _ID.findall(desk.text)}
    if named and mission.id not in named:
        return None
    names = [said_words(name), said_words(mission.name)]

    def kept(found: re.Match[str]) -> str:
        words = said_words(found.group())
        while words and words[-1] in BREAKS:
            words.pop()
        is_name = words in names and not found.group().lstrip().startswith(_STRANGE)
        return found.group() if is_name else f" {QUOTED_WORD} "

    return _ID.sub(f" {THIS_ONE} ", QUOTED.sub(kept, desk.text))


def _stops(clause: list[str], desk: Desk, mission: Mission) -> bool:
    """Whether a clause is an order to stop, with nothing in it that is not known."""
    words = _DOING.sub(" ", " ".join(_without_manners(clause))).split()
    if not words:
        return False
    verb = words[0]
    if verb == _PARA:
        return all(w in _PARA_BESIDE for w in words[1:])
    if verb in _STOPS | _CANCELS:
        rest = words[1:]
    elif words[-1] in _INFINITIVES:
        verb, rest = words[-1], words[:-1]
    else:
        return False
    named = {THIS_ONE, *said_words(mission.name)}
    if rest == ["houston"]:
        return False
    if not all(w in _AROUND or w in named for w in rest):
        return False
    return verb not in _CANCELS | _ABORTS or _means_run(verb, rest, desk, mission)


def _means_run(verb: str, rest: list[str], desk: Desk, mission: Mission) -> bool:
    """Whether what is cancelled is the run, and cannot be a change that waits for a click."""
    if _RUN & set(rest):
        return True
    named = THIS_ONE in rest or _holds(rest, said_words(mission.name))
    waits = desk.waiting(mission.id) is not None
    return not waits and (named or verb in _ABORTS)


def _renames(clause: list[str], mission: Mission, name: str, text: str) -> bool:
    """Whether the words before a name order it: a verb, what is renamed, nothing else."""
    words = _without_manners(clause)
    quoted = _is_quoted(text, name)
    if not words or not (quoted or may_be_name(said_words(name))):
        return False
    verb, rest = words[0], words[1:]
    names = said_words(mission.name)
    linked = bool(rest) and rest[-1] in _LINKS
    about = rest[:-1] if linked else rest
    about = [THIS_ONE] if about == names else about
    is_this = about == [THIS_ONE] or (len(about) == 1 and about[0] in _IT)
    if verb in _CALLS_IT:
        return not about
    if verb in _RENAMES:
        known = _MISSION | _IT | {THIS_ONE}
        return (linked or quoted or is_this) and set(about) <= known
    if verb in _CHANGES:
        known = _MISSION | _NAMES | {THIS_ONE, "its", "of", "o", "de", *names}
        return linked and bool(_NAMES & set(about)) and set(about) <= known
    if verb not in _CALLS:
        return False
    if is_this or (quoted and not about) or (verb == "nazwij" and rest == ["to"]):
        return True
    sure = linked or quoted or (verb == "call" and _is_capital(text, name))
    return sure and bool(about) and set(about) <= _MISSION


def _holds(words: list[str], part: list[str]) -> bool:
    return any(words[i : i + len(part)] == part for i in range(len(words) - len(part) + 1))


def _without_manners(clause: list[str]) -> list[str]:
    begin = next((i for i, w in enumerate(clause) if w not in _POLITE), len(clause))
    return clause[begin:]


def _ends(after: list[str]) -> bool:
    return not after or after[0] in _ENDS or after[:2] == ["from", "now"]


def _clause_before(words: list[str]) -> tuple[list[str], list[str]]:
    """What stands before the clause in which words end, and the clause."""
    start = next((i for i in range(len(words) - 1, -1, -1) if words[i] in BREAKS), -1)
    return words[: start + 1], words[start + 1 :]


def _is_quoted(text: str, name: str) -> bool:
    marks = re.escape(_QUOTES)
    pattern = rf"[{marks}]\s*{re.escape(name.strip())}\s*[.!]?\s*[{marks}]"
    return re.search(pattern, text, re.IGNORECASE) is not None


def _is_capital(text: str, name: str) -> bool:
    """Whether the message writes the name's first letter large, as names are."""
    found = re.search(re.escape(name.strip()), text, re.IGNORECASE)
    first = _CAPITAL.search(found.group()) if found else None
    return first is not None and first.group().isupper()
