"""Columns that by their name are known only at or after an outcome, and those that sound so."""

import pytest

from medmaas_training.tabular.outcome_names import is_named_late


@pytest.mark.parametrize(
    "header",
    ["died", "died_after", "Death", "death", "DEATH_EVENT", "date_of_death", "cause of death",
     "in-hospital mortality", "hospital_death", "deceased", "autopsy", "event", "primary_event",
     "time", "futime", "fustat", "status", "vital.status", "VitalStatus", "dstat", "pstat",
     "rtime", "outcome", "relapse", "Recurred", "recur", "progression", "time_to_relapse",
     "days_to_death", "TimeToEvent", "days_to_last_followup", "OS_MONTHS", "PFS_STATUS",
     "overall survival", "survived", "followUp", "fu.date", "last_contact", "censored", "los",
     "LengthOfStay", "hospital_stay", "time_in_hospital", "discharge_date", "readmitted",
     "verstorben", "Todesursache", "Überlebenszeit", "Rezidiv", "Entlassungsdatum", "Liegedauer",
     "Nachbeobachtungszeit", "死亡", "死亡时间", "随访时间", "结局", "复发", "生存时间", "住院天数",
     "出院日期", "再入院", "入院后死亡", "隨訪"],
)  # fmt: skip
def test_what_is_called_like_an_outcome_is_known_late(header: str) -> None:
    assert is_named_late(header)


@pytest.mark.parametrize(
    "header",
    ["age", "sex", "year", "stage", "time_since_diagnosis", "months_from_diagnosis", "prior_event",
     "previous_death", "history_of_relapse", "family_death", "mother_death_age", "relapsed_before",
     "time_to_treatment", "door_to_balloon_time", "days_to_birth", "prothrombin_time", "protime",
     "bleeding_time", "smoking_status", "marital_status", "performance_status", "menostat",
     "er_status", "status_at_admission", "mortality_risk", "recurrence_score", "predicted_survival",
     "programmed_death_ligand_1", "dead_space", "progesterone", "progrec", "nipple_discharge",
     "adverse_event", "life_event", "os", "5_fu", "chapter", "losartan", "timeout", "deadlift",
     "vorrezidiv", "Totalprotein", "Tumorstatus", "年龄", "性别", "既往复发", "复发史",
     "家族死亡史", "生存质量评分", "入院日期", "父亲死亡年龄"],
)  # fmt: skip
def test_what_only_sounds_like_an_outcome_is_not(header: str) -> None:
    assert not is_named_late(header)
