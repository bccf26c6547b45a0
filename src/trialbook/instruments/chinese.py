"""Our own short labels in traditional Chinese, beside their English words; no wording of a published form."""
# ruff: noqa: RUF001 - the marks of Chinese are wide

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from trialbook.protocol.model import Text

TAG = "zh-Hant"

SIDES: Mapping[str, str] = MappingProxyType({", right": "（右）", ", left": "（左）"})

ANSWERS: Mapping[str, str] = MappingProxyType(
    {
        "Yes": "是", "yes": "是", "No": "否", "no": "否", "None": "無", "none": "無", "Neither": "皆否",
        "Possible": "可能", "Probable": "很可能", "Definite": "確定", "Met": "符合", "Not met": "不符合",
        "Mild": "輕度", "Moderate": "中度", "Severe": "重度", "Life-threatening": "危及生命", "Fatal": "致命",
        "Minimal": "輕微改善", "Major": "顯著改善",
        "easy": "容易", "some trouble": "稍難", "great trouble": "很難", "cannot": "做不到",
        "best": "最好", "second best": "次好", "middle": "中間", "second worst": "次差", "worst": "最差",
        "far better": "好很多", "better": "較好", "same": "相同", "worse": "較差", "far worse": "差很多",
        "much limited": "限制大", "somewhat limited": "限制小", "not limited": "無限制",
        "small": "小", "medium": "中", "large": "大", "utmost": "極大",
        "no pain": "無疼痛", "hardly any": "極輕", "light": "輕", "strong": "強", "extreme": "極強",
        "always": "總是", "nearly always": "幾乎總是", "mostly": "多半", "often": "常常", "at times": "有時",
        "seldom": "很少", "never": "從不",
        "fully agree": "完全同意", "agree": "同意", "unsure": "不確定", "disagree": "不同意",
        "fully disagree": "完全不同意",
    }
)  # fmt: skip
"""What is chosen, and classes of a score."""

MUSCLES: Mapping[str, str] = MappingProxyType(
    {
        "Neck": "頸部", "Trunk": "軀幹", "Neck flexors": "頸屈肌", "Neck extensors": "頸伸肌",
        "Shoulder abductors": "肩外展肌", "Shoulder adductors": "肩內收肌", "Biceps": "肱二頭肌",
        "Triceps": "肱三頭肌", "Hip flexors": "髖屈肌", "Hip extensors": "髖伸肌", "Hip abductors": "髖外展肌",
        "Hip adductors": "髖內收肌", "Knee flexors": "膝屈肌", "Knee extensors": "膝伸肌", "Deltoid": "三角肌",
        "Biceps brachii": "肱二頭肌", "Wrist extensors": "腕伸肌", "Wrist flexors": "腕屈肌",
        "Gluteus maximus": "臀大肌", "Gluteus medius": "臀中肌", "Quadriceps": "股四頭肌",
        "Ankle dorsiflexors": "踝背屈肌", "Ankle plantar flexors": "踝蹠屈肌", "Trapezius": "斜方肌",
        "Iliopsoas": "髂腰肌", "Hamstrings": "膕旁肌", "Proximal muscle power": "近端肌力",
        "Axial muscle power": "軀幹肌力", "Axial strength": "軀幹肌力", "Proximal strength": "近端肌力",
        "Distal strength": "遠端肌力", "MMT total": "MMT 總分", "MMT-8 total": "MMT-8 總分",
        "MMT-8 total of both sides": "兩側 MMT-8 總分", "Manual muscle testing, total": "徒手肌力測試總分",
        "Grades from 0 to 5 are not doubled: 0 is 0, 1 is T, 2- is 1, 2 is 2, 2+ is 3, 3- is 4, 3 is 5, 3+ is 6, "
        "4- is 7, 4 is 8, 4+ is 9, 5 is 10. A trace of contraction (T) is written 0, with a note.":
            "0 至 5 級並非乘以二：0 記 0，1 記 T，2- 記 1，2 記 2，2+ 記 3，3- 記 4，3 記 5，3+ 記 6，4- 記 7，4 記 8，"
            "4+ 記 9，5 記 10。僅見肌肉收縮（T）記 0，並加註記。",
    }
)  # fmt: skip
"""What is tested by hand, and what comes of it."""

DAILY: Mapping[str, str] = MappingProxyType(
    {
        "Clothes, with fasteners": "穿衣，含扣子", "Washing the hair": "洗頭髮", "Up from a chair": "從椅子起身",
        "In and out of bed": "上下床", "Cutting meat": "切肉", "Lifting a full cup": "舉起滿杯",
        "Opening a carton": "打開紙盒", "Walking on level ground": "平地行走", "Climbing five steps": "爬五級台階",
        "Washing and drying the body": "洗淨並擦乾身體", "Bath tub": "浴缸", "Toilet": "如廁",
        "Fetching 2.3 kg from above the head": "從頭上方取下 2.3 公斤物品", "Picking up from the floor": "從地上撿起",
        "Car door": "車門", "Jar opened before": "開過的瓶罐", "Taps": "水龍頭", "Errands": "外出辦事",
        "In and out of a car": "上下汽車", "Household chores": "家務",
        "Dressing: aid used": "穿衣：使用輔具", "Arising: aid used": "起身：使用輔具",
        "Eating: aid used": "進食：使用輔具", "Walking: aid used": "行走：使用輔具",
        "Hygiene: aid used": "清潔：使用輔具", "Reach: aid used": "取物：使用輔具",
        "Grip: aid used": "抓握：使用輔具",
        "Dressing: help from a person": "穿衣：由人協助", "Arising: help from a person": "起身：由人協助",
        "Eating: help from a person": "進食：由人協助", "Walking: help from a person": "行走：由人協助",
        "Hygiene: help from a person": "清潔：由人協助", "Reach: help from a person": "取物：由人協助",
        "Grip: help from a person": "抓握：由人協助", "Activities: help from a person": "活動：由人協助",
        "HAQ-DI": "HAQ-DI", "HAQ-DI without aids and help": "HAQ-DI（不計輔具及協助）",
        "Disability index (HAQ-DI)": "失能指數（HAQ-DI）",
        "Health at large": "整體健康", "Health against a year ago": "與一年前相比的健康", "Hard exertion": "劇烈用力",
        "Medium exertion": "中等用力", "Shopping bags": "提購物袋", "Several floors": "數層樓", "One floor": "一層樓",
        "Bending and kneeling": "屈身與下跪", "Long walk": "長距離步行", "Walk of some streets": "走數條街",
        "Walk of one street": "走一條街", "Washing and dressing": "梳洗穿衣",
        "Body: shorter work": "身體：工作時間縮短",
        "Body: less done": "身體：完成較少", "Body: kinds of work barred": "身體：某些工作做不到",
        "Body: work an effort": "身體：工作費力", "Feelings: shorter work": "情緒：工作時間縮短",
        "Feelings: less done": "情緒：完成較少", "Feelings: less care": "情緒：較不仔細",
        "Company hindered, how much": "社交受影響的程度", "Company hindered, how often": "社交受影響的頻率",
        "Pain, how strong": "疼痛強度", "Pain, how much in the way": "疼痛妨礙程度", "Lively": "有活力",
        "Tense": "緊張",
        "Beyond cheering": "低落難以振作", "At peace": "平靜", "Energetic": "有精力", "Sad": "悲傷",
        "Exhausted": "耗盡力氣", "Happy": "快樂", "Tired": "疲倦", "Ill sooner than others": "較常人易病",
        "As healthy as anyone": "與常人同樣健康", "Expecting decline": "預期變差",
        "Health could not be better": "健康好得不能再好", "Physical functioning": "身體功能",
        "Role, physical": "身體角色",
        "Bodily pain": "身體疼痛", "General health": "一般健康", "Vitality": "活力", "Social functioning": "社會功能",
        "Role, emotional": "情緒角色", "Mental health": "心理健康",
        "Physical summary (PCS, US norms of 1990)": "身體總分（PCS，1990 年美國常模）",
        "Mental summary (MCS, US norms of 1990)": "心理總分（MCS，1990 年美國常模）",
        "Mean of the eight scales (unofficial total)": "八個量表的平均（非官方總分）",
        "Mark on the line": "線上的標記", "Mark, 0 to 10": "標記，0 至 10",
        "Word recall": "單字回憶", "Naming objects and fingers": "物品及手指命名", "Following commands": "依指令行動",
        "Constructional praxis": "構圖能力", "Ideational praxis": "意念動作", "Orientation": "定向感",
        "Word recognition": "單字辨認", "Spoken language": "口語表達", "Comprehension": "理解",
        "Word finding": "找詞",
        "Remembering instructions": "記住指示", "ADAS-Cog total": "ADAS-Cog 總分",
    }
)  # fmt: skip
"""What people can do and how they are: HAQ, SF-36, ADAS-Cog, lines."""

FINDINGS: Mapping[str, str] = MappingProxyType(
    {
        "Symmetric weakness of proximal muscles": "近端肌肉對稱性無力", "Muscle enzymes raised": "肌肉酵素升高",
        "Electromyogram of a myopathy": "肌電圖呈肌病變", "Muscle biopsy compatible": "肌肉切片相符",
        "Typical rash of dermatomyositis": "皮肌炎典型皮疹",
        "Neurological or neuromuscular disease": "神經或神經肌肉疾病",
        "Muscular dystrophy": "肌肉失養症", "Infection or granulomatous disease of muscle": "肌肉感染或肉芽腫疾病",
        "Metabolic or endocrine muscle disease": "代謝或內分泌性肌肉疾病", "Myasthenia gravis": "重症肌無力",
        "Findings that are there, of the four without the rash": "皮疹以外四項中已有的項數",
        "Another disease explains it": "另有疾病可解釋", "Worst class that can still come out": "仍可能的最低分類",
        "Best class that can still come out": "仍可能的最高分類", "Class": "分類", "Which disease": "何種疾病",
        "Polymyositis": "多發性肌炎", "Dermatomyositis": "皮肌炎", "Probable or definite": "很可能或確定",
        "Creatinine in serum": "血清肌酸酐", "Age": "年齡", "Woman": "女性",
        "Estimated glomerular filtration rate": "估算腎絲球過濾率", "Age at the first symptom": "首次症狀年齡",
        "Objective weakness, proximal, arms": "客觀無力，上肢近端",
        "Objective weakness, proximal, legs": "客觀無力，下肢近端",
        "Neck flexors weaker than extensors": "頸屈肌比伸肌無力",
        "Legs: proximal weaker than distal": "下肢：近端比遠端無力",
        "Heliotrope rash": "向陽性皮疹", "Gottron's papules": "Gottron 丘疹", "Gottron's sign": "Gottron 徵象",
        "Dysphagia or oesophageal dysmotility": "吞嚥困難或食道蠕動異常", "Anti-Jo-1 antibody": "抗 Jo-1 抗體",
        "CK, LDH, AST or ALT above the upper limit": "CK、LDH、AST 或 ALT 高於上限",
        "Muscle biopsy was made": "已做肌肉切片",
        "Biopsy: mononuclear cells around fibres": "切片：肌纖維周圍單核細胞",
        "Biopsy: mononuclear cells perimysial or perivascular": "切片：肌束膜或血管周圍單核細胞",
        "Biopsy: perifascicular atrophy": "切片：肌束周圍萎縮", "Biopsy: rimmed vacuoles": "切片：鑲邊空泡",
        "Weakness of finger flexors": "屈指肌無力", "No response to treatment": "治療無反應",
        "Score without a biopsy": "無切片分數", "Score without a biopsy, least possible": "無切片分數，最低可能",
        "Score without a biopsy, most possible": "無切片分數，最高可能", "Score with a biopsy": "有切片分數",
        "Score with a biopsy, least possible": "有切片分數，最低可能",
        "Score with a biopsy, most possible": "有切片分數，最高可能",
        "Score that applies": "適用的分數", "Probability of inflammatory myopathy": "發炎性肌病變的機率",
        "Lowest class that can still come out": "仍可能的最低分類",
        "Highest class that can still come out": "仍可能的最高分類",
        "Not IIM": "非特發性發炎性肌病變", "Subgroup": "亞型", "Not probable, so none": "不太可能，故無亞型",
        "Polymyositis, with necrotising myopathy": "多發性肌炎，含壞死性肌病變",
        "Amyopathic dermatomyositis": "無肌病變皮肌炎", "Inclusion body myositis": "包涵體肌炎",
        "Juvenile dermatomyositis": "幼年型皮肌炎", "Juvenile myositis, other": "其他幼年型肌炎",
        "Any reaction": "任何反應",
        "Infusion stopped or slowed for it, or that was called for": "因反應而停止或減慢輸注，或有此需要",
        "Drugs given for it, or called for": "因反應給藥，或有此需要",
        "Slow to settle, in spite of a pause or of drugs": "雖暫停或給藥，仍緩解緩慢",
        "Came back after it had improved": "改善後復發",
        "Admission to hospital for its consequences, or called for": "因其後果住院，或有此需要",
        "Danger to life, urgent treatment called for": "危及生命，需緊急治療", "Death": "死亡", "Grade": "等級",
    }
)  # fmt: skip
"""What is found, and how it is classified: myositis, kidney, reactions to an infusion."""

LABELS: Mapping[str, str] = MappingProxyType({**ANSWERS, **MUSCLES, **DAILY, **FINDINGS})
"""English label -> label in traditional Chinese."""


def said(english: str) -> Text:
    """Return a label in every language in which it is known; of muscles of one side, the side after the muscle."""
    side = next((end for end in SIDES if english.endswith(end)), "")
    known = LABELS.get(english.removesuffix(side))
    return {"en": english} if known is None else {"en": english, TAG: known + SIDES.get(side, "")}
