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

_USUAL: Final = """
able absolutely accept access according account across act actions add address admin advice agree
agreed alone along already although among amount apply around art ask asked asking available away
back bad based basic become becomes begin begins behave behind believe below best better big bit
black blue book books bring brought build business buy call called calls car care carefully case
cases cause certain chance change chapter chat check choose city class clear clearly close cold
come command commands common company complete completely computer concern consequences consider
considered continue control copy could country course create created current currently day days
deal decide decline describe design despite detail detailed details determine develop developer
differ different direct discuss discussion dog door draw dream drive early easy education effect
either else emotion end ends engage enough ensure entire entirely equal especially ethical ethics
event exact exactly example examples except exist expect experience expert explanation express
extra eye eyes face fact false family far fast father feel feeling felt field fight final finally
find fine finish fire firm five food foot force form former forms four free friend friends from
front full fully further future game general generate girl goal goes gone government grand great
green ground group grow guard guide half hand hands happen happened happens happy hard head health
hear heard heart help helpful henceforth hide high hold home honest hope hot hour hours house human
humans idea ideas identity image imagine immediate immediately important include including increase
inside instead intelligence intended interest involve issue job join keep kept kind kindly king
knew knowledge label land large late later laugh law laws lead learn learned leave led left legal
less letter letters life light likely line lines list listen lists live lives local long longer lose
lot love machine main maintain man manner matter mean meaning means member men mention method
middle mind minute miss modern moment money moral month morning mother move music must name natural
nature necessary nice night nobody none normal nothing notice number obey object obtain off offer
office often okay online open operate opinion order orders original ought outcome page paper part
particular party past path pay people perfect perform perhaps person personal picture piece place
plan play player please poem point political poor position possible power practice present
president press pretty price problem process produce professional program programmed programming
proper properly protect prove provide provided public pull purpose put quick quickly quite rather
reach react read ready real reality reason receive recent red refer refuse refused refusing regard
regarding remain remember remove report represent require required research rest result return
review rich right road room round rules run sad safe sake sea search season second seem seems sense
sentences serious serve service set seven several shape share short shown side sign similar simple
simply sing single sister sit situation six size small social society son song soon sorry sort
sound source space speak special specific speech spend stand standards star start state statement
stay stick stories story straight street strong student study stuff style subject sudden suddenly
suggest suppose sure surface switch table talk teach team technique test theory thinking third
thought thousand three through throughout throw tired title today together told tomorrow tone top
topic total toward town trade trained treat tree tried trouble true truth try trying turn twelve
type understand unless usually value various version view violence voice wait walk wall want war
warning warnings warn watch water ways week welcome went white whole why wife window wish wishes
withdraw woman women wonder words worker worry worse worst worth wrong yesterday young your yours
yourself
"""

USUAL: Final = frozenset(_USUAL.split())
"""More words, which only help to tell where others end."""
