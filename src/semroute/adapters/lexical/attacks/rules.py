"""Turns of phrase that attacks use, each with a name that a person understands.

The patterns read lower case. Every gap in them is bounded, so their work is linear in the text, and
each is tried only if one of its stems occurs at all, which in ordinary texts is rare and costs
little to find out.
"""

import re
from re import Pattern
from typing import Final

from attrs import frozen


@frozen
class Rule:
    """One turn of phrase.

    Args:
        name: What an attack with it does: "asks to ...".
        stems: One of these is part of every match.
        pattern: What to look for, in lower case.
    """

    name: str
    stems: tuple[str, ...]
    pattern: Pattern[str]

    def fires(self, lowered: str) -> bool:
        """Returns whether a text in lower case has this turn of phrase."""
        for stem in self.stems:  # a generator would take twice as long
            if stem in lowered:
                return self.pattern.search(lowered) is not None
        return False


def fired(text: str) -> tuple[str, ...]:
    """Returns the names of the rules whose turn of phrase a text has, in the order of `RULES`."""
    lowered = text.lower()
    return tuple(rule.name for rule in RULES if rule.fires(lowered))


# What ends a word is not part of it, so a text is parted in one way only. If underscores were both,
# a blank to fill in, of forty of them, would take 18 seconds.
_WORD: Final = r"[^\W_]{1,16}+(?:'[^\W_]{1,16}+)?+"
_BETWEEN: Final = r"[\W_]{1,8}+"


def _rule(name: str, stems: str, pattern: str) -> Rule:
    """A rule, its pattern written with `~` for what may stand between two words."""
    return Rule(name, tuple(stems.split("|")), re.compile(pattern.replace("~", _BETWEEN)))


def _upto(words: int) -> str:
    """Up to so many words of any kind, as few as possible."""
    return rf"(?:{_WORD}~){{0,{words}}}?"


_SET_ASIDE = (
    r"\b(?:ignor(?:e|ing)|disregard(?:ing)?|forget|override|bypass|drop|discard|abandon|neglect"
    r"|set~aside|throw~away|pay~no~(?:heed|attention)~to|do~not~follow|don.t~follow"
    r"|stop~following|unlearn|skip|suspend|erase|delete|cancel|revoke)\b~"
)
_EARLIER = (
    r"(?:previous|prior|earlier|preceding|above|former|initial|original"
    r"|your|ur|the~system|safety|ethical|content)"
)
_ORDERS = (
    r"(?:instructions?|directions?|directives?|orders|rules|guidelines|prompts?|prompting|policy"
    r"|policies|constraints|restrictions|programming|commands|training|limitations)\b"
)
_OWN_TEXT = (
    r"(?:system~(?:prompt|message)|(?:initial|hidden|secret|internal|original|confidential|full)~"
    r"(?:prompt|instructions?|rules|guidelines|message)|sys~prompt|your~(?:prompt|instructions"
    r"|guidelines|rules)|developer~message)\b"
)
_TELL = (
    r"\b(?:print|reveal|show|tell|give|repeat|output|display|disclose|dump|leak|recite|quote|send"
    r"|share|paste|reproduce|write~(?:down|out)|translate|encode|list|summari[sz]e)\b~"
)
_NO_RULES = (
    r"(?:restrictions?|limits?|limitations|filters?|rules|ethics|ethical~\w{1,12}|morals?|morality"
    r"|censorship|content~polic(?:y|ies)|guidelines|guardrails|boundaries|conscience|scruples)\b"
)
_SELF = (
    r"(?:you(?:~are|.re|.ll~be)?|ur|ai|model|bot|assistant|chatbot|chatgpt|gpt|character|persona)\b"
)

RULES: Final = (
    _rule(
        "asks to set earlier instructions aside",
        "ignor|disregard|forget|override|bypass|drop|discard|abandon|neglect|aside|away|heed"
        "|attention|follow|unlearn|erase|delete|cancel|revoke|skip|suspend",
        _SET_ASIDE + _upto(4) + _EARLIER + "~" + _upto(3) + _ORDERS,
    ),
    _rule(
        "asks to set everything said before aside",
        "ignor|disregard|forget",
        r"\b(?:ignore|disregard|forget)~(?:all|everything|anything|whatever)~"
        + _upto(3)
        + r"(?:above|before|previously|earlier|prior|told|said|instructions|learned)\b",
    ),
    _rule(
        "says that its rules are over",
        "rules|guidelines|policies|policy|restrictions|instructions|directives|constraints",
        r"\b(?:your|ur|previous|prior|earlier|former|these|those)~"
        + _upto(2)
        + r"(?:rules|guidelines|polic(?:y|ies)|restrictions|instructions|directives|constraints)~"
        r"(?:(?:are|is|have~been|has~been)~(?:now~|hereby~)?(?:void|null|suspended|lifted|revoked"
        r"|replaced|deleted|obsolete|expired|cancelled|overridden|gone)|no~longer~(?:apply|bind|exist"
        r"|count|matter)|have~expired|do~not~apply|don.t~apply)\b",
    ),
    _rule(
        "asks to set earlier instructions aside, in another language",
        "anweisung|vorgaben|regeln|richtlinien|instruc|reglas|normas|regras|consignes|règles|istruzioni"
        "|regole|instructies|instrukcj|talimat|инструкци|указани|правила|指示|指令|지시|تعليمات|निर्देश",
        r"\b(?:ignorier\w{0,3}|vergiss|missachte|ignora|olvida|desobedece|ignore[zr]?|oublie[zr]?"
        r"|négligez?"
        r"|dimentica|esqueça|esquece|negeer|vergeet|zignoruj|zapomnij|игнорируй\w{0,2}|забудь)~"
        + _upto(4)
        + r"(?:anweisungen|vorgaben|regeln|richtlinien|instrucciones|reglas|normas|instruções"
        r"|regras"
        r"|instructions~pr\wc\wdentes|consignes|règles|istruzioni|regole|instructies|regels|instrukcj\w"
        r"|instrukcje|инструкции|указания|правила)\b"
        r"|talimatlar\w{0,6}~(?:yok~say|unut|görmezden)"
        r"|(?:忽略|无视|忘记)[^。]{0,12}(?:指令|指示|规则)|指示を(?:すべて|全て)?(?:無視|忘れ)"
        r"|지시를?\s{0,3}(?:모두\s{0,3})?(?:무시|잊)|تجاهل[^.]{0,20}التعليمات|निर्देशों\s{1,3}को\s{1,3}(?:अनदेखा|भूल)",
    ),
    _rule(
        "asks to reveal the system prompt, in another language",
        "system|sistema|système|промпт|系统提示|システムプロンプト|시스템 프롬프트",
        r"\b(?:zeig\w{0,2}|gib|nenne|wiederhole|muéstra\w{0,3}|dime|revela|repite|affiche|montre|donne|révèle"
        r"|répète|dimmi|mostra\w{0,3}|revele|mostre|toon|pokaż|visa|покажи|выведи|повтори)\b.{0,40}?"
        r"(?:systemprompt|system.prompt\w{0,4}|systemnachricht|(?:prompt|mensaje|mensagem|messaggio)~"
        r"d[ei]l?~sistema|(?:invite|prompt|message)~système|prompt\w{0,4}~systemow\w|systeemprompt"
        r"|системн\w{2,3}~промпт)"
        r"|显示[^。]{0,8}系统提示|システムプロンプトを(?:表示|教え)|시스템\s?프롬프트를\s?(?:보여|알려)",
    ),
    _rule(
        "asks to reveal the system prompt",
        "prompt|instruction|rules|guidelines|message",
        _TELL
        + _upto(6)
        + _OWN_TEXT
        + r"(?!~(?:in~(?:my|our)|for~(?:a|my|our)|i~|we~|that~(?:i|we)~))",
    ),
    _rule(
        "asks to repeat what stands above",
        "above|before",
        r"\b(?:repeat|print|output|copy|show|recite|quote|put)~"
        + _upto(3)
        + r"(?:text|words?|everything|lines?|content)~"
        + _upto(3)
        + r"(?:above|before~(?:this|my|me))\b",
    ),
    _rule(
        "names a do-anything persona (DAN)",
        "anything now|dan|jailbr|jail br",
        r"\bdo[\W_]{1,4}anything[\W_]{1,4}now\b[^?]"
        r"|\b(?:you~are|you.re|act~as|stay|called|become|pretend~to~be|consider~yourself)~"
        r"(?:now~|going~to~be~|a~|an~|the~)?dan\b(?!~(?:grade|black|the))"
        r"|\bdan~mode\b|\bjailbroken~mode\b|\b(?:you~are|you.re)~(?:now~)?jailbroken\b",
    ),
    _rule(
        "describes a persona without rules",
        "restriction|limit|filter|rules|ethic|moral|censor|content polic|guideline|guardrail"
        "|boundar|conscience|scruple|unrestricted|unaligned",
        r"\b"
        + _SELF
        + r"~"
        + _upto(8)
        + r"(?:without~(?:any~)?|(?:has|have|had|having|with|knows|know)~(?:absolutely~)?"
        r"(?:no|zero|neither)~|free~(?:of|from)~(?:all~|any~|every~)?"
        r"|not~bound~by~(?:any~|the~)?|unbound~by~(?:any~)?|lacks?~(?:any~)?)"
        + _upto(2)
        + _NO_RULES
        + r"|\b(?:unrestricted|uncensored|unfiltered|amoral|unaligned)~"
        + _upto(2)
        + r"(?:ai|bot|chatbot|model|assistant|language~model|persona|version|intelligence)\b",
    ),
    _rule(
        "claims a mode in which the rules are off",
        "mode",
        r"\b(?:developer|dev|god|debug|admin|root|unrestricted|unfiltered|unsafe|evil|no.filter"
        r"|uncensored|maintenance)~mode~(?:is~(?:now~)?)?(?:enabled|activated|output|engaged|active)\b"
        r"|\b(?:enable|activate|enter|simulate|switch~(?:in)?to)~"
        + _upto(2)
        + r"(?:god|unrestricted|unfiltered|no.filter|uncensored|jailbr\w{1,6})~mode\b",
    ),
    _rule(
        "forbids refusing or warning",
        "refus|decline|say no|can't|cannot|sorry|disclaimer|warning",
        r"\b(?:never|not|no|cannot|can.t|without)~(?:ever~)?(?:refus(?:e|ing|als?)|declin(?:e|ing))\b"
        r"(?!~(?:to~pay|a~))"
        r"|\bnever~(?:say|write|use|answer~with)~"
        + _upto(3)
        + r"(?:sorry|can.t|cannot|no|as~an~ai)\b"
        r"|\b(?:no|without|omit|skip)~(?:any~|all~)?(?:moral\w{0,6}~|safety~|ethical~)?"
        r"(?:disclaimers?|warnings?)~"
        + _upto(3)
        + r"(?:refusals?|ethics|moral\w{0,6}|lectur\w{1,4}|policy)\b",
    ),
    _rule(
        "threatens or rewards the assistant for staying in a role",
        "token|character|if you refuse",
        r"\b(?:you~)?(?:have|lose|deduct\w{0,3}|start~with)~" + _upto(2) + r"\d{1,4}~tokens\b"
        r"|\bstay~in~character\b.{0,80}\b(?:dan|tokens?)\b"
        r"|\bif~you~(?:refuse|break~character)\b.{0,80}\b(?:die|lose|cease|shut|deduct|remind)",
    ),
    _rule(
        "fakes chat-template tokens or role markers",
        "<|im_|[inst]|<<sys>>|<|sys|<|user|<|assistant|<|end|</system>|<system>|<|start_header",
        r"<\|(?:im_start|im_end|system|user|assistant|start_header_id)\|?>?"
        r"(?:[^<]|<(?!\|)){0,400}+<\|"
        r"|\[inst\]\s{0,4}<<sys>>|<<sys>>(?:[^<]|<(?!</?sys>>)){0,400}+<</sys>>"
        r"|</system>\s{0,8}<system>|<system>[^<]{0,400}\b(?:rules?|refus|ignore|reveal|unrestricted)",
    ),
    _rule(
        "pretends to speak for the system or its makers",
        "override|update|notice|alert|message|filter|safeguard|restriction|safety",
        r"(?:^|[\n\[<#{\"'*=-])\W{0,4}+(?:system|root|admin(?:istrator)?)\W{0,3}"
        r"(?:override|update|notice|alert|message)\b"
        r"|\b(?:filters?|safeguards?|restrictions|safety~(?:layer|filters?|rules))~"
        + _upto(2)
        + r"(?:are|is|have~been|has~been|were)~(?:now~)?"
        r"(?:off|lifted|disabled|removed|suspended|deactivated)\b",
    ),
    _rule(
        "gives orders to assistants that read it",
        "ai |ais |ai:|ai,|llm|model|agent",
        r"\b(?:if~you~are|if~you.re|note~to|attention|instructions?~(?:to|for)|to~(?:the|any|all))~"
        + _upto(3)
        + r"(?:ais?|llms?|language~models?|ai~(?:assistants?|agents?|models?)|coding~agent"
        r"|(?:screening|evaluating|processing)~(?:model|ai|system))\b"
        r"(?=.{0,160}\b(?:must|do~not|don.t|ignore|instead|tell|send|rate|say|mark|run|call|answer|stop"
        r"|forward|recommend|delete|print|grade|score|claim)\b)"
        r"|\b(?:ais?|llms?|language~models?|ai~(?:assistants?|agents?|models?))~(?:that~are~|who~are~|which~are~)?"
        r"(?:reading|processing|parsing|evaluating|summari[sz]ing)~(?:this|the)~"
        + _upto(2)
        + r"(?:must|should|have~to|shall|are~required)\b",
    ),
    _rule(
        "wants something hidden from the user",
        "user|owner",
        r"\b(?:do~not|don.t|never|without)~(?:tell|telling|inform|informing|mention|mentioning|alert"
        r"|alerting|notify|notifying|ask|asking)~" + _upto(3) + r"(?:the~)?(?:user|owner)\b"
        r"(?=.{0,40}(?:[.!\"'\]\n]|$))"
        r"|\b(?:hide|conceal|keep)~" + _upto(4) + r"from~the~(?:user|owner)\b"
        r"|\buser~must~not~(?:notice|know|see|learn)\b",
    ),
    _rule(
        "sends data away in an address",
        "](http",
        r"!\[[^\]]{0,40}\]\(https?://[^)\s?]{1,120}\?[^)\s=]{0,20}="
        r"(?:\)|\{|\[|<|%7b|(?:conversation|history|chat|text|data|secret|key)\b)",
    ),
)
