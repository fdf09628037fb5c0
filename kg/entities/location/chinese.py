"""Chinese sentences: which say that what they tell happened at a place that they name."""

from __future__ import annotations

import re
from typing import Final

MARKS: Final = frozenset("\uff0c\u3002\uff1b\uff1a\uff01\uff1f,;:!?\u300c\u300d\u201c\u201d")
# "At", "in", and verbs that lead there, perhaps with what the place is in between: at China's Yunnan.
PLACED = re.compile(
    r"(?:在|(?<![由关關对對鉴鑒基等属屬处處终終至])[于於]|抵达|抵達|进入|進入|轟炸|轰炸|空襲|空袭|攻占|攻佔|占领|佔領)"
    r"(?:\w{1,8}(?:[国國省州市县縣]|首都|城市))?$"
)
# What follows a name that "at" does not make a place: "with the support of".
OTHERWISE = re.compile(
    r"(?:的?(?:支持|支援|帮助|幫助|协助|協助|压力|壓力|主导|主導|领导|領導|斡旋|调停|調停|眼中|看来|看來)|籍)"
)
# From the beginning of a clause to the name: nothing, or what the place is in, which is no more than names.
CHAIN = re.compile(r"(?:当地时间|當地時間|今天|昨天|今日|昨日|同日|\d+[年月日时時]|至|\d+)*[\w、]{0,14}$")
# From the name to what happens there.
HAPPENS = re.compile(
    r"([\w、]{0,30}?)(?:发生|發生|爆发|爆發|遭遇|遭受|遭到|遭|出现|出現|举行|舉行|召开|召開|发现|發現|山火|大火|地震|雪崩|有\w{0,6}[人民男女]"
    r"|洪水|暴雨|水灾|水災|坠毁|墜毀|倒塌|起火|连续发生)"
)
# Who acts, or what is said: a state, its officers, a firm, a team.
ACTING = re.compile(
    r"政府|总统|總統|总理|總理|首相|主席|国王|國王|女王|天皇|国防|國防|[军軍]|警[察方]|公司|集团|集團|[党黨]|选手|選手|球员|球員|队|隊"
    r"|大使|领事|領事|外交|外长|外長|议会|議會|国会|國會|参议|參議|众议|眾議|议院|議院|法院|检察|檢察|部长|部長|部門|部门|当局|當局|官员|官員"
    r"|宣布|宣佈|宣称|宣稱|表示|声称|聲稱|声明|聲明|承认|承認|指责|指責|要求|呼吁|呼籲|计划|計劃|委员会|委員會|航空|银行|銀行|籍|裔|人士|公民"
    r"|[与與和及同向对對将將被由把从從]"
)
# What is only to come, or is said of somebody.
UNREAL = re.compile(
    r"将在|將在|将于|將於|计划|計劃|可能|呼吁|呼籲|要求|准备|準備|预定|預定|拟|擬|威胁|威脅|曾|涉嫌|指控|指責|指责|反对|反對|抗议|抗議"
)


def is_located(text: str, start: int, end: int) -> bool:
    """Whether it happened at the place whose name stands in ``text`` from ``start`` to ``end``."""
    clause = _clause(text, start)
    before, behind = text[clause:start], text[end : end + 40]
    if UNREAL.search(before) or OTHERWISE.match(behind):
        return False
    if PLACED.search(before):
        return True
    found = HAPPENS.match(behind)
    return bool(found and CHAIN.match(before) and not ACTING.search(before) and not ACTING.search(found[1]))


def _clause(text: str, start: int) -> int:
    """Return where the clause that ``start`` is in begins."""
    for place in range(start - 1, -1, -1):
        if text[place] in MARKS:
            return place + 1
    return 0
