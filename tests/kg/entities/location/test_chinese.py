"""Chinese sentences: did the event happen at the place marked by {braces}?"""

from __future__ import annotations

import pytest

from kg.entities.location.chinese import FIRST, FURTHER, is_located


def located(marked: str) -> bool:
    start, end = marked.index("{"), marked.index("}") - 1
    return is_located(marked.replace("{", "").replace("}", ""), start, end)


@pytest.mark.parametrize(
    "text",
    ["一架飞机在{法国}北部坠落。", "峰会於{首爾}閉幕。", "军队进入{霍姆斯}。", "在叙利亚{霍姆斯}发生爆炸。",
     "{法国}里昂发生火灾。", "{日本}遭遇暴雨。", "12日，{印尼}爪哇岛发生地震。", "{巴西}、智利等国爆发示威。"],
)  # fmt: skip
def test_the_place_where_something_is_or_happens_is_the_location(text: str) -> None:
    assert located(text)


@pytest.mark.parametrize(
    "text",
    ["{法国}总统宣布辞职。", "{法国}政府在里昂举行会议。", "由于{法国}反对，会议取消。", "在{法国}的支持下，会议召开。",
     "会议将在{法国}举行。", "{法国}队获胜。", "一架由{法国}起飞的飞机失踪。"],
)  # fmt: skip
def test_an_acting_state_and_a_plan_give_no_location(text: str) -> None:
    assert not located(text)


@pytest.mark.parametrize(
    "text",
    ["卫星从{佛罗里达州}发射升空。", "军队对{霍姆斯}进行空袭。", "军队空袭{霍姆斯}。", "特使访问{缅甸}。",
     "{古巴}就宪法举行公民投票。", "{古巴}首都有三万人上街。", "{法国}里昂一司机擞向人群。",
     "{日本}三重县水族馆火灾。", "{印度}德里高等法院发生爆炸。", "{缅甸}政客在首都被捕。",
     "位于{湖南}的大桥通车。", "{四川}成都市，一架飞机坠毁。"],
)  # fmt: skip
def test_verbs_of_motion_votes_people_and_capitals_give_the_location(text: str) -> None:
    assert located(text)


@pytest.mark.parametrize(
    "text",
    ["在{法国}总统斛旋下，双方停火。", "在{法国}去世的神父封圣。", "{法国}总统的车队遭袭击。",
     "{法国}一架货机在日本坠毁。".replace("日本", FIRST + FURTHER), "{法国}多个政党支持。",
     "总部设于{法国}的公司破产。",
     "在{法国}大使馆前示威。", "法院禁止在{德国}销售。", "警告指他在{纽约}放置炸弹。"],
)  # fmt: skip
def test_persons_embassies_and_events_elsewhere_give_no_location(text: str) -> None:
    assert not located(text)


@pytest.mark.parametrize(
    "unit",
    [FIRST, FIRST + FURTHER, FIRST + "北部", "1", "1年", "在" + FIRST, "的", "、", "北", "省", "遭", "在控制的"],
)  # fmt: skip
def test_every_name_in_a_long_text_without_marks_is_decided(unit: str) -> None:
    text = unit * 5_000
    middle = len(text) // 2
    assert len([is_located(text, at, at + 1) for at in range(middle, middle + 50)]) == 50
