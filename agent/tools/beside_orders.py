"""What may stand beside an order of a person's own, and leave it theirs and whole [C6].

Behind a stop that is politeness or a reason. Beside a new name other wishes may stand, but no
condition, no report of somebody's words, no denial, and nothing that takes the order back.
"""

from __future__ import annotations

from collections.abc import Sequence

from agent.offline.wordset import wordset
from agent.tools.said import BREAKS, JOINS, QUOTED_WORD, THIS_ONE

_POLITE = wordset(
    "please pls plz thank thanks thx ty you very much cheers now right away immediately asap at "
    "once quickly urgently houston pray so ok okay bitte danke sehr vielen dank jetzt sofort "
    "schnell por favor gracias muchas ya ahora mismo merci beaucoup svp s il te vous plaît plait "
    "maintenant tout de suite per favore grazie ora subito obrigado obrigada agora спасибо "
    "пожалуйста сейчас proszę dziękuję lütfen teşekkürler"
)
_BECAUSE = wordset(
    "because since cause weil denn da porque pues que pois parce car perché poiché потому "
    "ponieważ bo çünkü"
)
_SUBJECTS = wordset(
    "it its this that they es das sie der die el la esto eso está il ça c elle questo è isso это "
    "он она"
)
"""What a reason speaks of: “stop it, it is hammering production”."""
_CONDITIONS = wordset(
    "if unless when whenever once after before until till while provided otherwise wenn falls "
    "sobald solange bis nachdem bevor si cuando mientras hasta salvo quand lorsque tant "
    "quando finché enquanto até если когда jeśli gdy kiedy eğer"
)
_IFS = _CONDITIONS | {"se"}
"""Italian and Portuguese say “if” as Spanish says “itself”."""
_DENIALS = wordset(
    "not no never dont don doesn without nicht nie niemals kein keine nunca jamás jamas tampoco ne "
    "pas jamais non não nao не нет nie değil nein"
)
_REPORTS = wordset(
    "said say says saying told tells wrote writes written quote quoted quotes according suggests "
    "suggested sagt sagte sagen schreibt schrieb geschrieben meint meinte laut zitat dice dijo "
    "dicen escribió escribe según dit disait écrit selon detto disse scrive secondo escreveu diz "
    "сказал сказала пишет написал"
) | {QUOTED_WORD}
"""What tells somebody's words."""
_TAKES_BACK = wordset(
    "nope nah wait sorry oops scratch actually nevermind undo wrong mistake kidding joke rather "
    "maybe perhaps instead doch warte quatsch vergiss lieber vielleicht irrtum versehen falsch "
    "scherz entschuldigung perdón perdon perdona espera mejor olvida olvídalo quizás equivocado "
    "broma désolé pardon attends plutôt oublie erreur scusa aspetta anzi forse desculpa espere "
    "talvez извини подожди лучше"
)
_OR = wordset("or oder o ou")
_BARE = _DENIALS | wordset("t do that really it way thanks gracias gut danke")
"""“No, don't”: words that deny what was said, and wish nothing else."""
_OF_NAMES = wordset(
    "name names namen title titel nombre nom nome rename call umbenennen nennen llames llamarla"
)
_LATER = wordset(
    "in at on by next every tomorrow tonight later then except but only was were did who what why "
    "how mean meant nothing morgen später dann aber nur außer mañana luego después pero solo "
    "excepto demain après mais seulement sauf domani dopo ma solo amanhã depois mas только но "
    "завтра"
)
_GOES_ON = wordset(
    "let leave keep continue continues go goes resume restart finish finishes can may should must "
    "could might would will shall fine good well lass lasse lassen weiter fertig darf kann soll "
    "deja déjalo sigue siga continúa continua puede debe laisse peut doit lascia pode deve"
)
_NO_REASON = _CONDITIONS | _REPORTS | _TAKES_BACK | _LATER | _GOES_ON | _DENIALS | _OR
_SPLIT = BREAKS | JOINS
_SENTENCE_ENDS = frozenset(".!?;\n")


def is_plain_rest(rest: Sequence[str]) -> bool:
    """Whether the words behind a stop are politeness and reasons only, and no question."""
    return "?" not in rest and all(_is_polite(c) or _is_reason(c) for c in _clauses(rest))


def keeps_name(before: Sequence[str], after: Sequence[str], names: frozenset[str]) -> bool:
    """Whether an order to rename is given outright, by the person, and not taken back.

    `names` are the words that may lead to it with a colon: those of the Mission.
    """
    leads = [w for w in before if w != "\n"]
    if leads[-1:] == [":"] and not all(w in names or w in BREAKS for w in leads):
        return False
    ends = [i for i, w in enumerate(before) if w in _SENTENCE_ENDS]
    sentence = before[ends[-1] + 1 :] if ends else before
    if _REPORTS & {*before, *after} or (_IFS | _DENIALS) & set(sentence):
        return False
    behind = _clauses(after)
    joined = after[:1] and (after[0] in JOINS or set(after[1:2]) & JOINS)
    conditional = not joined and bool(behind) and behind[0][0] in _IFS
    return not conditional and not any(map(_takes_back, behind))


def _takes_back(clause: Sequence[str]) -> bool:
    words = set(clause)
    if words <= _BARE and words & _DENIALS:
        return True
    return bool(_TAKES_BACK & set(clause[:2]) or _OF_NAMES & words or clause[0] in _OR)


def _is_polite(clause: Sequence[str]) -> bool:
    return all(w in _POLITE or w == THIS_ONE for w in clause)


def _is_reason(clause: Sequence[str]) -> bool:
    begin = next(i for i, w in enumerate(clause) if w not in _POLITE)
    reason = clause[begin:]
    leads = reason[0] in _BECAUSE | _SUBJECTS
    return leads and len(reason) > 1 and not _NO_REASON & set(reason)


def _clauses(rest: Sequence[str]) -> list[list[str]]:
    """The clauses of what follows; “because” and its like stay with theirs."""
    found: list[list[str]] = [[]]
    for word in rest:
        if word in _SPLIT:
            found.append([word] if word in _BECAUSE else [])
        else:
            found[-1].append(word)
    return [c for c in found if c]
