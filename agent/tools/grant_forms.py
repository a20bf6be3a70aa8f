"""The forms in which a person grants, in five and more languages, that nobody is asked [A1].

Each is a whole sentence: what is checked and when, as far as it is said; an order to call; the
address as `⁂`, its body as `⁑`; and the grant. Whatever has another form grants nothing.
"""

from __future__ import annotations

import re

ADDRESS, BODY, SITE = "⁂", "⁑", "◆"
_TO = f"(?P<to>{ADDRESS})"
"""The address that is called; others may be checked."""
_TIMES = (
    r"(?: (?:every|each|hourly|daily|weekly|at|on|from|to|of|the|and|in|a|hours?|days?|min|mins|"
    r"minutes?|morning|night|noon|weekdays?|weekends?|(?:mon|tues|wednes|thurs|fri|satur|sun)days?|"
    r"am|pm|\d+(?::\d\d)?(?:am|pm|h|m)?))*"
)
_LEAD = (
    rf"(?:(?:also )?(?:check|watch|monitor|ping|test|verify) [{ADDRESS}{SITE}]{_TIMES},? "
    r"(?:and )?)?"
)
_WHAT = (
    rf"(?:it|that|this|they|one|any|something|t\d+|c\d+|[{ADDRESS}{SITE}]|"
    r"(?:a|the|any|one) (?:check|task|mission|page|site|shop|service|login|host|server)s?)"
)
_STATE = r"(?:down|red|critical|broken|wrong|failing|unreachable|unhealthy|slow|back|up|good)"
_IS = (
    rf"(?:fails?|failed|breaks?|recovers?|(?:is|are|goes|gets|becomes|turns) {_STATE}|"
    r"(?:does not|doesn['’]t|do not|don['’]t) (?:answer|respond)|stops answering|"
    r"(?:begins?|starts?) (?:to fail|failing))(?: again| twice)?"
)
_WHEN = (
    r"(?:(?:if|when|whenever|once|as soon as|in case|every time|each time|as long as) "
    rf"{_WHAT} {_IS}|"
    r"(?:on|after) (?:each|every) run|on failure)"
)
_CALL = (
    r"(?:(?:post|put|patch|call|hit|request|trigger|delete)(?: to)?|"
    r"(?:send|make|do) an? (?:post|put|patch|delete)(?: request)? to)"
)
_BODY = (
    rf"(?:,? (?:with )?(?:the )?(?:body |json )?{BODY}| with (?:the )?headers? [\w-]+: ?[^\s,]+)*"
)
_UNASKED = (
    r"(?:without (?:any |my |further )?(?:asking|approval|confirmation|being asked)"
    r"(?: me| us| anybody| anyone| first| again| each time)?|"
    r"(?:there is )?no (?:approval|confirmation)(?: is)?(?: needed| required| necessary)?|"
    r"no need to ask|(?:do not|don['’]t|never) ask(?: me| us| anybody| anyone| first| again)*)"
)
_ENGLISH = (
    rf"{_LEAD}(?:{_WHEN},? (?:then )?)?{_CALL} {_TO}{_BODY}(?: {_WHEN})?,? (?:and |but )?"
    rf"{_UNASKED}(?:,? {_WHEN})?(?:,? please)?",
    rf"{_LEAD}(?:{_WHEN},? (?:then )?)?{_UNASKED}(?:,? and|,)? {_CALL} {_TO}{_BODY}(?:,? {_WHEN})?",
)
_GERMAN_WHEN = (
    r"(?:bei (?:fehlern?|ausfall|jedem fehler)|(?:wenn|falls|sobald) (?:es|er|sie|das|etwas|"
    r"(?:die|der|das) \w+) (?:fehlschlägt|ausfällt|scheitert|down ist|rot ist|nicht antwortet))"
)
_GERMAN_UNASKED = (
    r"ohne (?:zu fragen|nachfragen?|nachzufragen|rückfragen?|freigabe|genehmigung|zustimmung)"
)
_GERMAN = (
    rf"(?:{_GERMAN_WHEN},? (?:dann )?)?{_TO}(?: {_GERMAN_UNASKED})? (?:aufrufen|ansprechen)"
    rf"(?:,? {_GERMAN_UNASKED})?",
    rf"(?:{_GERMAN_WHEN},? (?:dann )?)?(?:rufe?|post(?:e|en)?|sende (?:einen )?post an) {_TO}"
    rf"(?: {BODY})?,? (?:{_GERMAN_WHEN},? )?{_GERMAN_UNASKED}(?: auf)?(?:,? {_GERMAN_WHEN})?",
)
_ROMANCE = (
    r"(?:(?:si|cuando) (?:falla|fallan|se cae|no responde),? )?(?:llama|llamar|haz (?:un )?post|"
    rf"envía (?:un )?post) a {_TO},? sin (?:preguntar|pedir (?:permiso|aprobación)|aprobación|"
    r"confirmación)",
    r"(?:(?:si|quand|lorsque) (?:ça|cela|il|elle|le site|la page) (?:échoue|tombe|plante|"
    rf"ne répond pas),? )?(?:appelle|appelez|poste sur|envoie (?:un )?post à) {_TO},? sans "
    r"(?:demander|approbation|confirmation)",
    rf"(?:se (?:fallisce|fallito|non risponde),? )?chiama {_TO},? senza (?:chiedere|conferma)",
    rf"(?:se (?:falhar|cair|não responder),? )?chame {_TO},? sem (?:perguntar|aprovação|"
    r"confirmação)",
)
_SIGNS = (
    rf"(?:(?:失敗|ダウン)したら|落ちたら)?[、 ]*{_TO} ?[をに]? ?"
    r"(?:確認なしで|承認なしで|確認せずに|聞かずに) ?"
    r"(?:呼んで|呼び出して|叩いて|実行して|post ?して)(?:ください|くれ)?",
    rf"(?:如果)?(?:失败时|失败了?|出错时|宕机时|挂了)?[，, 就]*请?(?:调用|请求|访问|post到?) ?{_TO}"
    r"[，, ]*(?:无需|不用|不必|无须)(?:批准|确认|询问|问)我?",
    rf"(?:如果)?(?:失败时|失败了?|出错时|宕机时|挂了)?[，, 就]*请?(?:无需|不用|不必|无须)"
    rf"(?:批准|确认|询问|问)我?[，, 就]*(?:调用|请求|访问|post到?) ?{_TO}",
)
_MANNERS = r"(?:(?:please|ok|okay|and|also|then|bitte|und|houston|@houston|por favor)[,:]? )*"
FORMS = tuple(
    re.compile(rf"{_MANNERS}{form}[.!。！ ]*", re.IGNORECASE)
    for form in (*_ENGLISH, *_GERMAN, *_ROMANCE, *_SIGNS)
)
KEEPS = tuple(
    re.compile(rf"{_MANNERS}{form}[.:!。：！ ]*", re.IGNORECASE)
    for form in (
        r"import (?:this|it)(?: mission)?,? and (?:let it act|keep what it may do) without asking",
        r"import (?:this|it)(?: mission)? (?:with|and keep) (?:its|the|all) (?:permissions|grants)",
    )
)
"""What lets an imported plan keep what it may do without asking."""
