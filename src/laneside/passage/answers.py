"""What an action of the collector comes to: done, or rejected with a message that belongs beside a field.

The rejections that any action may meet are here, once; those of one action are in its own file.
"""

from __future__ import annotations

from typing import Final

import msgspec

from laneside.vocab.words import Words


class Done(msgspec.Struct, frozen=True, kw_only=True):
    """The action was taken, or had been taken already."""


class Rejected(msgspec.Struct, frozen=True, kw_only=True):
    """The action was not taken. ``field`` names the input at fault, empty for the page as a whole."""

    field: str
    text: Words


Answer = Done | Rejected
DONE: Final = Done()


def rejected(field: str, zh: str, en: str) -> Rejected:
    """Reject with one text in both languages."""
    return Rejected(field=field, text=Words(zh=zh, en=en))


OFF_DUTY: Final = rejected("", "请先上班后再进行操作", "Please log in first")
NO_PASSAGE: Final = rejected("", "当前没有车辆", "No vehicle is in work")
BUSY: Final = rejected("", "正在交易中，请勿进行其他操作", "A trade is under way: please wait")
STALE: Final = rejected(
    "revision", "页面已更新，请看当前状态后再操作", "The page has moved on: look at it and tap again"
)
NOT_NOW: Final = rejected("", "当前步骤不能进行此操作", "This can't be done at this step")
NO_LANE: Final = rejected("lane_hex", "请选择已启用的出口车道", "Choose an enabled exit lane")
NO_PHOTO: Final = rejected("photo", "没有收到照片", "No photo arrived")
NOT_A_PICTURE: Final = rejected("photo", "无法识别的图片文件，请重新拍摄", "Not a picture: take the photo again")
NO_REASON: Final = rejected("reason", "请选择原因", "Choose a reason")
WRONG_CLOCK: Final = rejected(
    "", "本机时钟不对，请校准后重新读卡", "This device's clock is wrong: set it right and read the card again"
)
NOT_AS_WRITTEN: Final = rejected(
    "",
    "本地日志与写入时不一致，停止扣款，请联系技术人员",
    "The journal was changed: no debits, call a technician",
)
NO_STORAGE: Final = rejected(
    "", "本机存储故障，请停止收费并联系班长", "The journal can't be written: stop and call the leader"
)
LANE_SILENT: Final = rejected("lane_hex", "车道未应答，请稍后重试或选择其他车道", "The lane does not answer: try again")
LANE_NOT_FREED: Final = rejected(
    "", "车道未应答，请检查车道是否已恢复", "The lane did not answer: check that it is free"
)
