"""What something is called of which the study file writes the id alone: the id in words, and in Chinese where usual."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from trialbook.protocol.model import Text
from trialbook.protocol.phrases import WEEK_DAY_RULE, in_words

TAG = "zh-Hant"

CHINESE: Mapping[str, str] = MappingProxyType(
    {
        "baseline": "基準訪視", "screening": "篩選", "enrolment": "納入", "follow up": "追蹤",
        "end of study": "試驗結束", "early termination": "提前終止",
        "investigator": "試驗主持人", "nurse": "護理師", "assessor": "評估者", "statistician": "統計師",
        "monitor": "監測者", "data manager": "資料管理師", "pharmacist": "藥師", "coordinator": "研究協調員",
        "consent": "知情同意", "demographics": "基本資料", "vital signs": "生命徵象", "laboratory": "檢驗",
        "adverse events": "不良事件", "medical history": "病史", "eligibility": "納入資格",
        "age": "年齡", "sex": "性別", "weight": "體重", "height": "身高", "temperature": "體溫", "pulse": "脈搏",
        "date": "日期", "start": "開始", "end": "結束", "grade": "等級", "serious": "嚴重", "related": "相關",
        "outcome": "結果", "event": "事件", "term": "名稱", "reason": "理由", "comment": "說明", "dose": "劑量",
        "drug": "藥物", "agent": "藥物", "batch": "批號", "expiry": "有效期限", "given": "已給予",
        "interrupted": "曾中斷", "reaction": "反應", "malignancy": "惡性腫瘤", "pregnant": "懷孕", "lactating": "哺乳",
        "haemoglobin": "血紅素", "hemoglobin": "血紅素", "leukocytes": "白血球", "lymphocytes": "淋巴球",
        "neutrophils": "嗜中性球", "platelets": "血小板", "bilirubin": "膽紅素", "albumin": "白蛋白", "urea": "尿素",
        "creatinine": "肌酸酐", "glucose": "葡萄糖", "sodium": "鈉", "potassium": "鉀", "calcium": "鈣",
        "neck": "頸部", "trunk": "軀幹", "axial": "中軸", "biceps": "肱二頭肌", "triceps": "肱三頭肌",
        "shoulder abductors": "肩外展肌", "shoulder adductors": "肩內收肌", "hip flexors": "髖屈肌",
        "hip extensors": "髖伸肌", "hip abductors": "髖外展肌", "hip adductors": "髖內收肌", "knee flexors": "膝屈肌",
        "knee extensors": "膝伸肌",
        "corticosteroid failed": "皮質類固醇無效", "other agents failed": "其他無效藥物數",
    }
)  # fmt: skip
"""An id in words, in small letters -> its usual name in traditional Chinese."""

COUNTED: Mapping[str, str] = MappingProxyType({"week": "第 {} 週", "day": "第 {} 天"})


COMMA: Mapping[str, str] = MappingProxyType({"zh": "\N{FULLWIDTH COMMA}", "ja": "\N{IDEOGRAPHIC COMMA}"})
"""Language -> what stands between a whole and its part where that is no comma with a blank."""


def only(text: Text, languages: Sequence[str]) -> Text:
    """Return a text in the languages of a study alone; in its own first one where it has none of them."""
    kept = {tag: text[tag] for tag in languages if tag in text}
    return kept or dict(tuple(text.items())[:1])


def named(identifier: str, languages: Sequence[str]) -> Text:
    """Return the name of an id in the first language of a study, and in Chinese where that is another of them."""
    own: dict[str, str] = {languages[0]: in_words(identifier)}
    known = in_chinese(identifier) if TAG in languages[1:] else ""
    return {**own, TAG: known} if known else own


def joined(whole: Text, part: Text, languages: Sequence[str]) -> Text:
    """Return the name of a part with that of its whole before it: `Itch, Day 1`; in Chinese with its own comma.

    In a language that only one of the two has, the other stands in the first that it has.
    """
    return {
        tag: COMMA.get(tag[:2].casefold(), ", ").join((_in(tag, whole, languages), _in(tag, part, languages)))
        for tag in languages
        if tag in whole or tag in part
    }


def _in(tag: str, text: Text, languages: Sequence[str]) -> str:
    return next((text[one] for one in (tag, *languages) if one in text), "")


def in_chinese(identifier: str) -> str:
    """Return the usual Chinese name of an id; empty where there is none."""
    counted = WEEK_DAY_RULE.fullmatch(identifier)
    if counted is not None:
        return COUNTED[counted[1]].format(counted[2])
    return CHINESE.get(identifier.replace("_", " ").casefold(), "")
