"""Words that greet, thank or take leave, and wish nothing [C10].

Assent is none of them: “great” may answer “shall I?”.
"""

from __future__ import annotations

import re

from agent.offline.wordset import wordset
from agent.tools.said import BREAKS, said_words

_GREETS = wordset(
    "hello hi hey hiya howdy yo greetings morning evening afternoon goodnight bye goodbye cheers "
    "thanks thank thx ty thankyou welcome sorry lol haha "
    "hallo moin servus tag morgen abend danke dank dankeschön tschüss tschau gruß grüße grüezi "
    "hola buenas buenos gracias adiós chao saludos "
    "bonjour bonsoir salut merci ciao buongiorno buonasera grazie olá oi obrigado obrigada "
    "привет здравствуйте спасибо cześć dziękuję merhaba teşekkürler hej tack"
)
_BESIDE = wordset(
    "houston there you all everyone everybody team again very much so a lot for your help the "
    "good day night nice work job and many to see how are is it going doing today my friend "
    "guten gute schönen schöne vielen sehr euch dir ihnen für die hilfe wie geht es s dir zusammen "
    "muchas mil por tu su ayuda días dias tardes noches qué tal cómo estás está y "
    "beaucoup pour votre ton aide ça va tutti mille muito bom dia boa tarde noite"
)
"""What may stand beside a greeting, and orders nothing."""
_EMOJI = re.compile(r":[a-z0-9_+-]+:|@houston", re.IGNORECASE)
_SIGNS = re.compile(
    r"(?:(?:こんにちは|こんばんは|おはよう|やあ|どうも|(?:本当に)?ありがとう|お疲れ様|おつかれさま|さようなら)"
    r"(?:ございます|ございました|です|でした)?"
    r"|(?:你|您|大家)好(?:吗|啊)?|早上好|早安|晚上好|下午好|晚安|哈喽|嗨|(?:非常|太|多)?(?:感谢|謝謝|谢谢)"
    r"(?:你|您|啦|了)?|辛苦了|再见|안녕(?:하세요)?|(?:정말)?(?:감사합니다|고마워(?:요)?))+"
)


def is_small_talk(text: str) -> bool:
    """Whether a person's message is a greeting, thanks or a farewell, and nothing besides."""
    words = [w for w in said_words(_EMOJI.sub(" ", text)) if w not in BREAKS]
    if _SIGNS.fullmatch("".join(words)):
        return True
    return any(w in _GREETS for w in words) and all(w in _GREETS or w in _BESIDE for w in words)
