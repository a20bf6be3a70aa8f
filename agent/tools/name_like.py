"""Whether words may be a name that nobody put in quotation marks [C4].

“Call it a day”, “call it every hour”, “call it down”: idioms, schedules and states are hardly
names. Who means them puts them in quotation marks.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from agent.offline.wordset import wordset
from agent.tools.said import BREAKS

_NO_BEGINNINGS = wordset(
    "off out back in up quits a what whatever whichever which something anything like it them me "
    "whoever how when whenever if twice again with at every each once everything nicht no wenn si "
    "cuando cada jede jeden jedes"
)
_THINGS = wordset("mission missions task tasks check checks run runs one owner")
_TIMES = wordset(
    "every each hour hours hourly minute minutes minutely day days daily week weeks weekly month "
    "months monthly yearly weekday weekdays weekend weekends at on of the from to until and am pm "
    "oclock clock noon midnight today tomorrow tonight now later again once twice times "
    "monday tuesday wednesday thursday friday saturday sunday mondays tuesdays wednesdays "
    "thursdays fridays saturdays sundays january february march april may june july august "
    "september october november december stündlich täglich wöchentlich monatlich stunde stunden "
    "minute minuten tag tage woche um uhr montag dienstag mittwoch donnerstag freitag samstag "
    "sonntag montags dienstags mittwochs donnerstags freitags samstags sonntags heute morgen mehr "
    "diario diaria diariamente semanal mensual hora horas minuto minutos día días semana mes a las "
    "lunes martes miércoles jueves viernes sábado domingo hoy mañana"
)
_STATES = wordset(
    "down up critical resolved fixed done even fine good bad ok okay green red yellow amber "
    "success successful succeeded fail fails failed failing failure broken healthy unhealthy slow "
    "over finished closed open solved settled paused active running stopped cancelled canceled "
    "draft deleted attention recovered new continuing muted silent lower upper case old previous "
    "last former original first same better other another different current the "
    "kritisch erledigt fertig gut schlecht kaputt rot grün gelöst behoben alt alte alten neu "
    "crítico resuelto hecho listo bien mal caído roto rojo verde arreglado"
)
_OLD = wordset("name names title namen nombre nom nome")
_NO_NAMES = _THINGS | _TIMES | _STATES | _OLD
_OR = wordset("or oder o ou")
_NUMBER = re.compile(r"\d+(?:am|pm|h|m|s|min|st|nd|rd|th)?")
_SIGN_TIMES = re.compile(
    r"[0-9一二三四五六七八九十两兩零〇毎每天日小时時分分钟鐘周週星期月点點半早晚上下午に]+"
    r"|(?:正常|异常|異常|失敗|失败|成功|完了|完成|해결|실패|성공|매시간|매일)"
)
"""Hours, days and states in scripts without spaces."""


def may_be_name(words: Sequence[str]) -> bool:
    """Whether the words, unquoted and in lower case, can be meant as a name."""
    if words[0] in _NO_BEGINNINGS or _OR & set(words):
        return False
    return not all(w in _NO_NAMES | BREAKS or _NUMBER.fullmatch(w) for w in words) and not (
        len(words) == 1 and _SIGN_TIMES.fullmatch(words[0])
    )
