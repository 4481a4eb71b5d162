"""Names of columns that are known only at or after an outcome.

Only names that hardly mean anything else count: `died_after` and `vital_status`, but not
`prothrombin_time`, `smoking_status`, `prior_relapse` or `time_since_diagnosis`. English, German
and Chinese.
"""

import re

_DEATH = (
    r"died|dies|dead|death|deceased|mortality|fatality|demise|exitus|autopsy|necropsy"
    r"|post_?mortem|tod|tot|todes\w*|gestorben|verstorben|sterbe(datum|tag|zeit)?|obduktion"
)
_RETURN = (
    r"relapsed?|recur(red|s|rence)?|progress(ed|ion)|readmi(t|tted|ssion)"
    r"|rehospitali[sz](ed|ation)|rezidiv\w*|rueckfall|rückfall|progredienz|wiederaufnahme"
)
_SURVIVAL = r"surviv(al|ed|es|or)|(ue|ü)berleb(en|t|ens\w+)|[pdre]fs|dmfs|lrfs|ttp"
_END = (
    r"outcomes?|end_?point|censor(ed|ing)?|cens|last_contact|last_seen|last_known_alive|last_alive"
    r"|follow_?up|fu_?(time|stat|status|days|months|years|date)|(time|stat|status|date)_fu|lenfol"
    r"|nachbeobachtung\w*|nachsorge\w*|beobachtungszeit|endpunkt|letzter_kontakt|zensiert"
)
_STAY = (
    r"los|length_of_stay|(hospital|icu)_(los|stay|days)|(time|days)_in_(hospital|icu)"
    r"|verweildauer|liegedauer|liegezeit|entlass\w*|disdate"
)
_EVENT = r"event(_\w+)?|\w+_event|ereignis(\w*)?"
_STATUS = (
    r"status|(vital|survival|alive|os|censor(ing)?|discharge|patient|final|last|life)_stat(us)?"
    r"|[dfprsv]stat|vital_?status|status_at_(last|end|discharge)\w*"
)
_OS = r"(os|css|dss)_(time|days|weeks|months|years|event|status)"
_UNTIL = (
    r"(time|days|weeks|months|years)_(to|until|till)_(?!(birth|diagnosis|(initial_)?pathologic"
    r"|treatment|therapy|surgery|operation|admission|presentation|arrival|hospital|needle|door"
    r"|balloon|reperfusion|antibiotics?|first_dose|dose|ct|mri|imaging|peak|collection|sampling"
    r"|randomi[sz]ation|enrol|referral|intubation|exhaustion)(_|$))\w+"
)
_ALONE = (
    rf"[dfprs]?time|futime|fustat|stop|tstop|ausgang|{_EVENT}|{_STATUS}|{_OS}|{_UNTIL}|zeit_bis_\w+"
)
_DISCHARGE = r"discharge[d]?|discharge_(date|time|day|status|disposition|type|location)(_\w+)?"
# anywhere in a name, between underscores; those of _ALONE only as the whole name
_LATE = re.compile(
    rf"(\w+_)?({_DEATH}|{_RETURN}|{_SURVIVAL}|{_END}|{_STAY})(_\w+)?|{_ALONE}"
    rf"|(\w+_of_|hospital_)?({_DISCHARGE})"
)
# what makes such a word one of earlier times, of other people, of a forecast or of something else
_EARLIER = re.compile(
    r"(^|_)(prior|previous(ly)?|prev|past|pre|last_year|earlier|history|hist|hx|since|before|ago"
    r"|baseline|initial|(at|on|of|to)_(admission|entry|enrol\w*|inclusion|presentation|baseline"
    r"|randomi[sz]ation)|family|familial|fam|fhx?|parents?|parental|father|mother|maternal"
    r"|paternal|sibling|brother|sister|spouse|risk|score|predict\w*|expected|estimated|prob"
    r"|probability|fear|programmed|ligand|cell|cells|receptor|space|volume|quality|adverse_event"
    r"|life_events?|frueher\w*|früher\w*|vor|anamnes\w*|familie\w*|risiko|z_n|zn)(_|$)"
)
_LATE_CHINESE = re.compile(
    "死亡|死因|身故|随访|隨訪|结局|結局|终点|終點|复发|復發|生存|存活|转归|轉歸|疾病进展|进展时间|末次"
    "|出院|住院天数|住院天數|住院时间|住院時間|住院日|再入院|尸检|屍檢|事件"
)
_EARLIER_CHINESE = re.compile(
    "既往|家族|史|之前|以前|术前|入院(?!后|後)|基线|基線|预测|預測|风险|風險|评分|評分|概率|程序性|质量|質量|父|母"
)
_READMITTED = "再入院"


def is_named_late(header: str) -> bool:
    """Whether a column is, by its name alone, known only at or after an outcome."""
    if _LATE_CHINESE.search(header):
        return not _EARLIER_CHINESE.search(header.replace(_READMITTED, ""))
    snake = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", header).lower()
    snake = re.sub(r"\W+|__+", "_", snake).strip("_")
    return bool(_LATE.fullmatch(snake)) and not _EARLIER.search(snake)
