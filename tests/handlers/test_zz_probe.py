from sqlalchemy import select
from models.report import Report
from handlers import progress
import tests.handlers.test_any_sequence as m
import pytest
test_any = m.test_any_sequence_of_any_messages
@pytest.fixture(autouse=True)
def broken(monkeypatch):
    def all_reports(work):
        rows=list(work.session.scalars(select(Report).order_by(Report.id.desc())))
        return [(len(rows)-n,r) for n,r in enumerate(rows)]
    monkeypatch.setattr(progress,"my_reports",all_reports)
