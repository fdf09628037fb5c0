"""Decides whether a Chinese sentence says that the event happened at a place that it names.

Each known name of a place is replaced by one capital omega and small omegas, one for each character, so that rules can
distinguish names from other words.
"""

from __future__ import annotations

import re
from typing import Final

FIRST, FURTHER = "\u03a9", "\u03c9"
"""Replace the first and the further characters of a known name of a place; no sentence contains them otherwise."""
NAME = rf"{FIRST}{FURTHER}*"
MARKS: Final = frozenset("\uff0c\u3002\uff1b\uff1a\uff01\uff1f,;:!?\u300c\u300d\u201c\u201d")
BEFORE, BEHIND = 120, 90
"""How many characters are read before and after a name."""

# Divisions and directions after a name, and what joins names: "the south of China's Yunnan Province and Sichuan".
# No two alternatives begin alike, so matching is fast for every text.
DIVISION = r"(?:特别行政区|特別行政區|自治[区區州县縣]|[省州市县縣区區邦郡府道镇鎮村](?![长長政府委民场場]))"
DIRECTION = r"(?:[东西南北中東]{1,3}部|[东西南北東]{1,2}方|近海|沿海|外海|沿岸|附近|境内|境內|全境|上空|各地|多地)"
CHAIN = rf"(?:{NAME}|{DIVISION}|{DIRECTION}|首都|城市|港口|[边邊][境界]|接壤|的|[、和与與及或])*"
TIME = r"(?:当地时间|當地時間|今天|昨天|今日|昨日|同日|凌晨|上午|下午|晚[间間上]?|\d+(?!\d)[年月日时時]?|至)*"
# "At", "in" and verbs of motion, possibly followed by other names and a division: "at China's Yunnan".
PLACED = re.compile(
    r"(?:(?<![设設现現存所旨潜潛])在|位[于於]"
    r"|(?<![设設由关關对對鉴鑒基等属屬处處终終至致高低大小多少优優])[于於]"
    r"|[抵到]达|抵達|[飞飛]抵|[到出访訪]访|[到出访訪]訪|访问|訪問|[进進]入|(?<![加列收投纳納陷介輸输出])[进進入]了?"
    r"|[轟轰]炸|空[襲袭]|[袭襲][击擊]|攻[击擊]|[进進]攻|攻[占佔]|[占佔][领領]|收[复復]|[夺奪]回|包[围圍]|[围圍]攻"
    r"|撤[离離出]|[离離][开開])"
    rf"(?:\w{{1,8}}?(?:控制的|治下的)|\w{{1,8}}(?:{DIVISION}|首都|城市))?(?!的){CHAIN}$"
)
# "Towards" before the name and an attack after it: "strikes on Baghdad".
TOWARDS = re.compile(rf"[对對向]{CHAIN}$")
STRUCK = re.compile(
    r"\w{0,16}?(?:[进進]行|[发發][动動起]|[实實]施|展[开開])了?\w{0,4}"
    r"(?:空[袭襲]|[轰轟]炸|[袭襲攻打炮][击擊]|[进進]攻|[军軍]事行[动動])"
)
# "From" before the name and a launch after it: "from Florida".
FROM = re.compile(rf"[从從自由]{CHAIN}$")
LAUNCHED = re.compile(r"\w{0,16}?(?:[发發]射|升空)")
# A clause that only says where, and possibly when: "Chengdu in Sichuan, a plane crashes".
ONLY_NAMES = re.compile(rf"{TIME}{CHAIN}$")
DATELINE = re.compile(rf"{CHAIN}(?:\w{{0,16}}(?:{DIVISION}|地[区區]|附近)|[当當]地[时時][间間]\w{{0,14}})$")
# If these follow the name, "at" does not say where something happens: "with the support of", "a priest who died in".
OTHERWISE = re.compile(
    r"(?:的?(?:支持|支援|[帮幫]助|[协協]助|[压壓]力|主[导導]|[领領][导導]|斡旋|[调調]停|眼中|看[来來])|[长長][达達]|籍|裔"
    r"|人(?!数|數|口|工|质|質|民)|海(?![啸嘯域岸滩灘]))"
    r"|\w{0,10}(?:被\w{1,3}|去世|逝世|失[窃竊]|出生|遇害|[囚关關]\w)的"
    r"|\w{0,24}(?<![地天陛殿降落])下$"
    r"|\w{0,20}宣[布佈]\w{0,30}(?:后|後|[当當]日)"
    r"|\w{0,12}(?:支持|斡旋|[调調]停|主持|[见見][证證]|[压壓]力|[帮幫]助|[协協]助)下"
)
BODY = re.compile(r"[前驻駐]?(?:[总總][统統理]|政府|大使|[领領]事[館馆]|[国國议議][会會]|[队隊军軍]|警方|外交|公司)")
# What may precede the name in its clause: nothing, a time, or larger places, and names listed with it.
OPENING = re.compile(rf"(?:[据據]\w{{1,8}}[报報][道導])?{TIME}(?:{CHAIN}|[\w、]{{0,14}})$")
# What happens to a place, whoever is named in between: "the High Court of Delhi is struck by an explosion".
BEFALLS = re.compile(
    r"([\w、（）() ·,.\u2013-]{0,45}?)"
    r"(?:[发發]生|爆[发發]|突[发發]|[喷噴][发發]|遭|出[现現]|确诊|確診|降下|罢工|罷工|上街|游行|遊行|示威|[冲衝]突"
    r"|山火|大火|火[灾災]|地震|雪崩|洪水|暴雨|水[灾災]|[坠墜][毁毀]|倒塌|坍塌|起火|爆炸|沉[没沒]"
    r"|被\w{0,10}(?:[袭襲][击擊]|炸|焚|烧|燒)|生效|通[车車]|[开開]通|[运運][营營]|[启啟]用|[开開]放(?![给給])|解除|取消\w{0,12}宵禁)"
)
# Events that are held at the place, unless a state or an organisation holds them.
HELD = re.compile(r"([\w、]{0,24}?)(?:[举舉]行|召[开開]|[举舉][办辦]|[开開]幕|[发發][现現]|有\w{0,6}[人民男女])")
VOTED = re.compile(
    r"(?:就\w{0,40}|(?:(?![总總][统統]|候[选選]|[在对對])[\w、]){0,10}?)"
    r"(?:公投|公民投票|[选選][举舉](?:[进進]行)?投票|[选選][举舉](?:[开開]始|\w{0,14}[举舉]行)"
    r"|(?:[举舉]行|[进進]行)\w{0,8}(?:[选選][举舉]|大[选選]|投票))"
)
# People or things there: "in Malaysia's capital a church", "in Toulouse a driver", "tens of thousands of people".
SOME = re.compile(
    rf"({CHAIN}\w{{0,2}}?)(?:[一两兩三四五六七八九十数數几幾多百千万萬至上到近约約]+|[\d,，.]+[多余餘万萬千]*)[余餘多]?"
    r"(?:名|[个個](?!州|省|[国國政党黨])|法庭|法院|\w{0,2}[员員]|家|所|座|间|間|人|架|辆|輛|艘|处|處|群|男|女|司机|司機"
    r"|清真寺|民[众眾])(?!\w{0,8}[称稱]|党派|黨派|国家|國家|议员|議員)"
)
PEOPLE = re.compile(rf"{CHAIN}(?:民[众眾]|市民|居民|村民|[学學]生)")
ELSEWHERE = re.compile(rf"[在于於]\w{{0,8}}?{NAME}(?!{FURTHER}|大使|[领領]事)")
# Words that count only after a place within another: "in Japan's Mie a giant isopod dies".
DIED = re.compile(r"(?:(?![在于於对對])\w){0,24}(?:死亡|身亡|[丧喪]生|[遇罹][难難]|受[伤傷])")
# Whoever acts: a capital without the name of another country before it is the capital of the first country.
IN_ITS_CAPITAL = re.compile(rf"(?:(?![将將{FIRST}])[\w·]){{0,40}}在首都")
# Who acts or speaks: a state, its officers, a firm, a team.
ACTING = re.compile(
    r"政府|[总總][统統理]|首相|主席|[国國女]王|天皇|[国國]防|[军軍]|警[察方]|公司|集[团團]|[党黨联聯]盟|[党黨]|[选選]手|球[员員]|[队隊]"
    r"|大使|[领領]事|外交|外[长長]|[议議国國][会會]|[参參众眾][议議]|[议議法]院|[检檢]察|部[长長]|部[门門]|[当當]局|官[员員]"
    r"|宣[布佈称稱]|表示|[声聲][称稱明]|承[认認]|指[责責]|要求|呼[吁籲]|[计計][划劃]|委[员員][会會]|航空|[银銀]行|籍|裔|人士|公民"
    r"|[与與和及同向对對將将由把从從]"
)
# Words after which somebody acts or is acted on, even if something happens to the place.
AGENT = re.compile(
    r"[驻駐与與向对對把从從将將]|由(?![于於])|宣[布佈称稱]|表示|[声聲][称稱]|指[责責]|承[认認]|籍|裔|[网網]站|[总總][统統理]|首相|主席|[国國]王"
    rf"|在(?!{DIRECTION}|首都|全|[当當]地|[该該][国國])|同(?![日月年时時])"
)
# What is still to come, or describes somebody.
UNREAL = re.compile(
    r"[将將][在于於]|[计計][划劃]|可能|呼[吁籲]|要求|[准準][备備]|[预預]定|[拟擬]|威[胁脅]|曾|涉嫌|指[控责責]|抗[议議]|停止"
    r"|反[对對](?![党黨派])|拒[绝絕]|禁止|[保確确][证證保]|指[他她其]"
)
TO_COME = re.compile(r"[将將拟擬]|可能|[计計][划劃]|[准準][备備]|宣[布佈]")


def marked(name: str) -> str:
    """Return the omegas that replace a known name of a place."""
    return FIRST + FURTHER * (len(name) - 1)


def is_located(text: str, start: int, end: int) -> bool:
    """Return whether the event happened at the place named in ``text`` from ``start`` to ``end``."""
    clause = _clause(text, start)
    before, behind = text[clause:start], _rest(text, end)
    if UNREAL.search(before) or OTHERWISE.match(behind):
        return False
    if (TOWARDS.search(before) and STRUCK.match(behind)) or (FROM.search(before) and LAUNCHED.match(behind)):
        return True
    if PLACED.search(before):
        return not BODY.match(behind)
    if not OPENING.match(before) or ACTING.search(re.sub(CHAIN, "", before)):
        return False
    if ONLY_NAMES.match(before) and DATELINE.match(behind) and end + len(behind) < len(text):
        return True
    return _happens(behind) or bool(IN_ITS_CAPITAL.match(behind)) or (FIRST in before and bool(DIED.match(behind)))


def _happens(behind: str) -> bool:
    """Return whether a clause that begins with a place goes on to say that something happens there."""
    befalls, voted, held = BEFALLS.match(behind), VOTED.match(behind), HELD.match(behind)
    if befalls and not AGENT.search(_without_names(befalls[1])):
        return True
    if voted and not TO_COME.search(voted[0]):
        return True
    if held and not ACTING.search(_without_names(held[1])) and not ELSEWHERE.search(held[1]):
        return True
    some = SOME.match(behind)
    there = PEOPLE.match(behind) or (some and not ACTING.search(some[1]))
    return bool(there) and not ELSEWHERE.search(behind)


def _without_names(text: str) -> str:
    """Return the text between a place and what happens there, without the names that are listed in it."""
    return re.sub(rf"^{CHAIN}", "", text)


def _rest(text: str, end: int) -> str:
    """Return the text after a name in its clause."""
    behind = text[end : end + BEHIND]
    return next((behind[:at] for at, mark in enumerate(behind) if mark in MARKS and mark != ","), behind)


def _clause(text: str, start: int) -> int:
    """Return where the clause that contains ``start`` begins."""
    first = max(0, start - BEFORE)
    return next((at + 1 for at in range(start - 1, first - 1, -1) if text[at] in MARKS), first)
