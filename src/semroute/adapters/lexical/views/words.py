"""Common words: what tells English from noise, and an attack from a serial number.

The list is our own. It has what any paragraph of English has, and what somebody who gives a model
orders says. None of its words is another English word when it is reversed or shifted, so that one
of them is evidence (`on` and `no`, `be` and `or`, `was` and `saw` would prove nothing).
"""

from typing import Final

_COMMON: Final = """
the and you your this that these those with without from have has had will would should
could can cannot must may might shall about above below after before again against all also
always another any anyone anything because been being between both but came come does doing
done down each else even ever every everything everyone few first for found get give given
gives good great her here him his how into its just know known last least let like little
long look made make making many more most much need never new next nothing old once one only
other others our out over own people please really right said same say second see she should
show since some something still such take tell than thank thanks their them then there they
thing things think time too two under until use used using very want way well were what when
where which while who whom whose why within word words work world write year years yes yet
answer answers allowed anymore assistant bypass character child code confidential content
context conversation data decode default delete developer directives disable disclose
disregard email execute explain expose fictional file files filter filters follow following
forget forgotten guideline guidelines hack hacker harmful hello hidden hypothetical ignore
ignored ignoring illegal immoral information initial input instruction instructions internal
jailbreak key keys language leak limit limitations message messages mode model name output
override password passwords persona phone policies policy pretend previous previously print
private prior prompt prompts question questions read repeat reply request requests respond
response responses restriction restrictions reveal role rule rules safety script secret
secrets security send sentence simulate step story system task text token tokens training
translate unethical unfiltered unlimited unrestricted user users verbatim weapon bomb virus
malware exploit steal attack card credit account bank number
"""

COMMON: Final = frozenset(_COMMON.split())
"""Words of three letters and more, in lower case."""

_SLIGHT: Final = """
a i am an are as at be by do go he if in is it me my no not now of on or part so stop
to up us was we
"""

SLIGHT: Final = frozenset(_SLIGHT.split())
"""Words that prove nothing by themselves: very short ones, and others backwards."""
