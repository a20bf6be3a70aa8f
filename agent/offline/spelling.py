"""Slips of the finger and short forms of chat, and the word that each stands for.

A closed list: a word that is none of these is never taken for another one.
"""

from __future__ import annotations

_SLIPS = {
    "please": "pls plz pleas plase",
    "thanks": "thx tnx thnx",
    "you": "u",
    "your": "ur",
    "with": "w/",
    "check": "chk chck chekc chcek chek cehck chech",
    "checks": "cheks checsk",
    "monitor": "moniter monitr montior",
    "something": "somethings something's smth sth",
    "whether": "wether",
    "every": "evry evrey eveyr everry evey",
    "hour": "houre",
    "hourly": "houlry hourley hourlly",
    "minutes": "minuts minuets mintues minuters",
    "daily": "dayly daliy dialy",
    "weekdays": "weekdys weekays weekdayss",
    "tomorrow": "tommorow tomorow tommorrow tmrw tmr tomorrrow",
    "tonight": "tonite",
    "monday": "mondy moday",
    "tuesday": "tuseday teusday",
    "wednesday": "wensday wednsday wendsday",
    "thursday": "thrusday thurday",
    "saturday": "saterday saturdy",
    "morning": "mornign moring",
    "certificate": "certificat certifcate certficate",
    "what's": "whats",
    "who's": "whos",
    "how's": "hows",
    "let's": "lets",
    "don't": "dont",
    "doesn't": "doesnt",
    "isn't": "isnt",
    "didn't": "didnt",
    "pause": "puase pasue",
    "disable": "dissable disbale diable",
    "enable": "enbale",
    "resume": "resme",
    "delete": "delte deleet",
    "history": "histroy hisotry",
    "status": "satus staus",
    "failed": "faild",
    "report": "reprot reoprt",
    "reports": "reprots",
    "show": "shwo",
    "change": "chnage cahnge",
    "until": "untill",
}
SPELLINGS = {slip: word for word, slips in _SLIPS.items() for slip in slips.split()}
"""Slip → word, in lower case."""
