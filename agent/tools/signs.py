"""Orders to stop and to rename in scripts that leave no space between words: whole sentences.

A rename must name the name, as in 名前を…に変えて: “change it to nine” is no name.
"""

from __future__ import annotations

import re

from agent.tools.said import BREAKS, THIS_ONE, said_words

_THING = (
    r"(?:この|这个|這個|今の|现在的)?"
    r"(?:ミッション|実行|任务|任務|运行|執行|执行|它|これ|それ|실행|미션|이것)"
)
_NOW = r"(?:今すぐ|今|马上|立即|现在|지금)?"
_POLITE = r"(?:请|請)?"
_STOPS = tuple(
    re.compile(pattern)
    for pattern in (
        rf"{_POLITE}{_NOW}(?:停止|停下|停掉|中止|终止|終止)(?:{_THING})?",
        rf"{_POLITE}{_NOW}取消(?:这个|這個|本次)?(?:运行|執行|执行)",
        rf"{_POLITE}把{_THING}(?:停下|停掉|停止|终止)",
        rf"(?:{_THING})?を?{_NOW}(?:停止し|中止し|止め|ストップし)て(?:ください|くれ)?",
        rf"{_NOW}ストップ",
        rf"実行を{_NOW}(?:キャンセル|取り消)して(?:ください)?",
        rf"(?:{_THING})?[을를]?{_NOW}(?:중지해|중단해|멈춰)(?:줘|주세요)?",
        rf"실행[을를]?{_NOW}취소해(?:줘|주세요)?",
    )
)
_NAME = "\x00"
_RENAMES = tuple(
    re.compile(pattern)
    for pattern in (
        rf"(?:{_THING})?の?(?:名前|名称)を{_NAME}に(?:変え|変更し|し)て(?:ください|くれ)?",
        rf"(?:{_THING})?を?{_NAME}(?:に改名して|と呼んで|って呼んで)(?:ください|くれ)?",
        rf"{_POLITE}(?:把)?(?:{_THING})?(?:改名|重命名|更名)(?:为|為|成){_NAME}",
        rf"{_POLITE}(?:把)?(?:{_THING}的?)?(?:名字|名称)(?:改|换)(?:为|為|成){_NAME}",
        rf"{_POLITE}(?:把)?{_THING}叫(?:做|作){_NAME}",
        rf"(?:{_THING}의?)?(?:이름|제목)[을를]?{_NAME}(?:으로|로)(?:바꿔|변경해)(?:줘|주세요)?",
    )
)


def sign_stop(text: str, mission: str) -> bool:
    """Whether the message is an order to stop that Mission, or what runs."""
    words = said_words(text)
    said = _without(_joined(words), mission)
    return "?" not in words and any(p.fullmatch(said) for p in _STOPS)


def sign_name(text: str, mission: str, name: str) -> bool:
    """Whether the message is an order to call the Mission just that."""
    before, found, after = _joined(said_words(text)).partition(_joined(said_words(name)))
    whole = _without(f"{before}{_NAME}{after}", mission)
    return bool(found) and any(p.fullmatch(whole) for p in _RENAMES)


def _joined(words: list[str]) -> str:
    return "".join(w for w in words if w not in BREAKS)


def _without(joined: str, mission: str) -> str:
    """The Mission's name or ID in front is left out, and a pronoun elsewhere."""
    for named in (_joined(said_words(mission)), THIS_ONE):
        joined = joined.removeprefix(named).replace(named, "它")
    return joined
