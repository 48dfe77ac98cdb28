"""Who is who in the River Chief System (河湖长制): roles, and which of them act for a town."""

from enum import StrEnum


class Role(StrEnum):
    """A role as the registry's 人员 sheet names it (ROLE_NAMES gives the Chinese)."""

    GENERAL_CHIEF = "general_chief"
    DISTRICT_CHIEF = "district_chief"
    TOWN_CHIEF = "town_chief"
    VILLAGE_CHIEF = "village_chief"
    TOWN_LIAISON = "town_liaison"
    OFFICE = "office"
    DEPARTMENT = "department"
    CIVILIAN_CHIEF = "civilian_chief"
    VOLUNTEER = "volunteer"


ROLE_NAMES = {
    Role.GENERAL_CHIEF: "总河湖长",
    Role.DISTRICT_CHIEF: "区级河湖长",
    Role.TOWN_CHIEF: "镇级河湖长",
    Role.VILLAGE_CHIEF: "村级河湖长",
    Role.TOWN_LIAISON: "镇街联络员",
    Role.OFFICE: "河长办",
    Role.DEPARTMENT: "成员单位",
    Role.CIVILIAN_CHIEF: "民间河湖长",
    Role.VOLUNTEER: "社会义务监督员",
}

TOWN_ROLES = frozenset({Role.TOWN_CHIEF, Role.TOWN_LIAISON, Role.VILLAGE_CHIEF})
"""Those who may answer a town's case: for their town, a village chief for the own reaches only."""
