"""Words for a gender in many languages, by the code that FHIR has for it."""

from collections.abc import Mapping
from typing import Literal

Gender = Literal["female", "male", "other", "unknown"]

# not h, k and v: M is a man beside F, K, V and W, and a woman beside H
_FEMALE = """
F female w woman weiblich frau femme féminin femenino mujer feminino femminile vrouw kvinna kobieta
kad\u0131n женский жен ж γυναίκα θήλυ أنثى 女 女性 女子 여 여성 여자
"""
_MALE = """
M male man männlich maennlich mann homme masculin masculino hombre maschile mężczyzna erkek мужской
муж м άνδρας άρρεν ذكر 男 男性 男子 남 남성 남자
"""
_OTHER = "other d divers diverse autre otro outro altro другой άλλο 其他 その他 기타"
_UNKNOWN = """
unknown u unbekannt inconnu desconocido desconhecido неизвестно άγνωστο 未知 不明 不详 미상
"""
GENDERS: Mapping[Gender, tuple[str, ...]] = {
    "female": (*_FEMALE.split(),),
    "male": (*_MALE.split(),),
    "other": (*_OTHER.split(),),
    "unknown": (*_UNKNOWN.split(),),
}
