"""What a person said themselves: renaming and stopping act on that, and on nothing else [C6].

A model may be fooled by what it reads. So it is code that reads the message of the turn as an
order: a stop begins the message and stands alone in its clause; a new name is all that follows
an order to rename, to the end of its clause.
"""

from __future__ import annotations

import re
import unicodedata

from agent.desk import Desk
from agent.offline.wordset import wordset
from missions.mission import Mission

_STOPS = (
    "stop", "cancel", "abort", "kill", "halt", "interrupt", "terminat", "quit",
    "anhalten", "abbrech", "abbruch", "brich", "beend",
    "arrêt", "arret", "annul", "interrom", "interromp",
    "detén", "deten", "ferma", "pare", "zatrzym", "przerw", "anuluj", "durdur", "iptal",
    "стоп", "останов", "прекрат", "отмен",
)  # fmt: skip
"""How words for stopping begin; in other languages the button does."""
_RENAMES = (
    "rename", "call", "name", "retitle", "title", "nenn", "umbenenn", "benenn", "renomm", "appel",
    "nomm", "renombr", "llám", "llam", "rinomin", "chiam", "renome", "chame", "nazwij",
    "przemianuj", "переимен", "назов",
)  # fmt: skip
_AROUND = wordset(
    "please pls plz can could would you houston hey ok okay now right away it this that the a "
    "run runs running execution executions task mission check checks job of to as instead from its "
    "name everything all immediately "
    "bitte jetzt sofort den die das diese diesen lauf läufe ausführung es in um ab auf zu kannst "
    "du aufgabe "
    "por favor esto eso la el lo ejecución ahora ya misión como en a "
    "s'il s il te vous plaît plait le les l exécution maintenant la mission en "
    "favore ora adesso questo esecuzione agora isso execução o пожалуйста это его запуск миссию "
    "w na teraz proszę to lütfen"
)  # fmt: skip
"""What may stand beside the order without changing it: politeness, what it is about."""
_DOING = wordset("what whatever re are is do doing")
"""“Stop what you are doing”."""
_STOP_SIGNS = (
    "停止", "停", "止め", "中止", "ストップ", "取消", "终止", "終止", "중지", "멈춰", "취소",
)  # fmt: skip
_RENAME_SIGNS = ("改名", "重命名", "変え", "変更", "呼ん", "改", "叫", "바꿔", "변경")
"""Orders in scripts that leave no space between words."""
_SIGNS_AROUND = (
    "してください", "ください", "して", "てください", "名前", "名称", "名字", "ミッション",
    "実行", "今すぐ", "今", "これ", "それ", "この", "て", "で", "を", "に", "は", "と", "の",
    "请", "請", "这个", "任务", "任務", "运行", "執行", "执行", "把", "它", "为", "為", "成",
    "掉", "了", "이름", "해줘", "해", "줘", "세요", "을", "를", "으로", "로", "실행", "이",
)  # fmt: skip
_BREAKS = frozenset(".,;:!?\n–—|")
_JOINS = wordset("and und et y e i и because since weil")
_ENDS = _BREAKS | _JOINS | {"please", "pls", "plz", "thx", "thanks", "now", "bitte", "instead"}
"""What ends a name that is not the end of the message."""
_HEDGES = wordset(
    "if unless when whenever once after before until till at in on by but not never only except "
    "don dont no next every tomorrow tonight later while"
)
"""What follows a stop with one of these may be a condition or a time: then it is not for now."""
_ID = re.compile(r"\bM-[A-Z0-9]{6}\b", re.IGNORECASE)


def says_name(desk: Desk, mission: Mission, name: str) -> bool:
    """Whether the message orders the Mission to be called just that, in any case or punctuation."""
    wanted = _words(name)
    if not _typed(desk) or not wanted:
        return False
    said = _words(_ID.sub(" ", desk.text))
    known = _AROUND | set(_words(mission.name))
    for at in range(len(said) - len(wanted) + 1):
        if said[at : at + len(wanted)] != wanted:
            continue
        before, after = _clause_before(said[:at]), said[at + len(wanted) :]
        if (not after or after[0] in _ENDS or after[:2] == ["from", "now"]) and _orders(
            before, _RENAMES, known
        ):
            return True
    return _signs_name(desk.text, "".join(wanted))


def says_stop(desk: Desk, mission: Mission) -> bool:
    """Whether the message begins with an order to stop, now and without a condition."""
    if not _typed(desk):
        return False
    said = _words(_ID.sub(" ", desk.text))
    while said and said[0] in _BREAKS:
        del said[0]
    end = next((i for i, w in enumerate(said) if w in _BREAKS or w in _JOINS), len(said))
    known = _AROUND | _DOING | set(_words(mission.name))
    rest = said[end:]
    if _orders(said[:end], _STOPS, known):
        return "?" not in rest and not _HEDGES & set(rest)
    return _only_signs("".join(w for w in said if w not in _BREAKS), _STOP_SIGNS)


def _orders(words: list[str], verbs: tuple[str, ...], known: frozenset[str] | set[str]) -> bool:
    """Whether they hold such a verb, and nothing that is not known."""
    ordered = [w for w in words if w.startswith(verbs)]
    return bool(ordered) and all(w in known or w in ordered for w in words)


def _clause_before(words: list[str]) -> list[str]:
    start = next((i for i in range(len(words) - 1, -1, -1) if words[i] in _BREAKS), -1)
    return words[start + 1 :]


def _signs_name(text: str, name: str) -> bool:
    """Whether a script without spaces orders that name: nothing unknown stands around it."""
    joined = "".join(w for w in _words(text) if w not in _BREAKS)
    before, found, after = joined.partition(name)
    return bool(found) and _only_signs(f"{before}{after}", _RENAME_SIGNS)


def _only_signs(text: str, orders: tuple[str, ...]) -> bool:
    """Whether text without spaces is an order, and what may stand beside it."""
    left = text
    ordered = any(sign in left for sign in orders)
    for sign in sorted((*orders, *_SIGNS_AROUND), key=len, reverse=True):
        left = left.replace(sign, "")
    return ordered and not left


def _typed(desk: Desk) -> bool:
    """Whether the words are the person's: a model may hide others behind an answer's label."""
    return desk.offline or not desk.proposed_words


def _words(text: str) -> list[str]:
    """Words in lower case, and the marks that end a clause."""
    lower = unicodedata.normalize("NFKC", text).casefold()
    lower = lower.replace(" - ", " ; ")
    spaced = "".join(c if c.isalnum() else f" {c} " if c in _BREAKS else " " for c in lower)
    return spaced.split()
