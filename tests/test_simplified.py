"""The list of Simplified-only characters catches what WTForms would print and leaves Hong Kong's own characters alone."""

from __future__ import annotations

import pytest

from tests.simplified import SIMPLIFIED_ONLY, simplified_in


def test_simplified_messages_are_caught() -> None:
    assert simplified_in("该字段是必填字段。该字段") == ["该"]
    assert simplified_in("网络体验，学习机会") == ["网", "络", "体", "验", "学", "习", "机", "会"]


@pytest.mark.parametrize(
    "text",
    [
        "埗涌磡鰂邨㘭䔄裏着為啟衞峯羣峰群",
        "參觀活動報名名額帶隊老師聯絡人電郵提交登入密碼旅遊巴惡劣天氣安排改期取消候補名單",
        "2026年12月3日（星期四）下午2:30",
        "后海灣、西環、干諾道、里程、台灣、升學、才能、面談、沖水、游泳",
    ],
)
def test_hong_kong_characters_pass(text: str) -> None:
    assert simplified_in(text) == []


def test_the_list_is_whole() -> None:
    assert len(SIMPLIFIED_ONLY) > 3_500
    assert not any(character.isspace() for character in SIMPLIFIED_ONLY)
