"""Chinese sentences: did it happen at the place that {braces} mark?"""

from __future__ import annotations

import pytest

from kg.entities.location.chinese import is_located


def located(marked: str) -> bool:
    start, end = marked.index("{"), marked.index("}") - 1
    return is_located(marked.replace("{", "").replace("}", ""), start, end)


@pytest.mark.parametrize(
    "text",
    ["一架飞机在{法国}北部坠落。", "峰会於{首爾}閉幕。", "军队进入{霍姆斯}。", "在叙利亚{霍姆斯}发生爆炸。",
     "{法国}里昂发生火灾。", "{日本}遭遇暴雨。", "12日，{印尼}爪哇岛发生地震。", "{巴西}、智利等国爆发示威。"],
)  # fmt: skip
def test_it_happened_where_something_is_said_to_be_or_befall(text: str) -> None:
    assert located(text)


@pytest.mark.parametrize(
    "text",
    ["{法国}总统宣布辞职。", "{法国}政府在里昂举行会议。", "由于{法国}反对，会议取消。", "在{法国}的支持下，会议召开。",
     "会议将在{法国}举行。", "{法国}队获胜。", "一架由{法国}起飞的飞机失踪。"],
)  # fmt: skip
def test_a_state_that_acts_and_a_plan_tell_no_location(text: str) -> None:
    assert not located(text)
