"""An invented notice for 2027 in the form of the real ones (2027's own is not out yet), as the Office would type it."""

from datetime import date

from rules.holiday_notice import NoticeDay, whole_year
from rules.workdays import WorkCalendar
from services.almanac import official_days

NOTICE = """date,working,name
2027-01-01,0,元旦
2027-01-02,0,元旦
2027-01-03,0,元旦
2027-01-31,1,春节
2027-02-05,0,除夕
2027-02-06,0,春节
2027-02-07,0,春节
2027-02-08,0,春节
2027-02-09,0,春节
2027-02-10,0,春节
2027-02-11,0,春节
2027-02-12,0,春节
2027-02-20,1,春节
2027-04-05,0,清明节
2027-04-25,1,劳动节
2027-05-01,0,劳动节
2027-05-02,0,劳动节
2027-05-03,0,劳动节
2027-05-04,0,劳动节
2027-05-05,0,劳动节
2027-06-09,0,端午节
2027-09-15,0,中秋节
2027-09-26,1,国庆节
2027-10-01,0,国庆节
2027-10-02,0,国庆节
2027-10-03,0,国庆节
2027-10-04,0,国庆节
2027-10-05,0,国庆节
2027-10-06,0,国庆节
2027-10-07,0,国庆节
2027-10-09,1,国庆节
"""
DAYS = [
    NoticeDay(date.fromisoformat(day), working == "1", name)
    for day, working, name in (line.split(",") for line in NOTICE.splitlines()[1:])
]
BOTH = WorkCalendar({**official_days(), **whole_year(2027, DAYS)})
"""What the library knows, and 2027 by this notice: as if it had been known from the start."""
