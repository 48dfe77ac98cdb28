"""The database itself refuses to change or delete what was recorded: case events, and what a reporter said."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

SAID = (
    "ticket", "source", "kind", "words", "longitude", "latitude", "given_x", "given_y", "datum", "place",
    "reach_id", "routed_by", "metres", "submitted_at", "joined",
)  # fmt: skip
"""Columns of a report that stay as they were; the rest (withdrawn, erased reporter) may still happen to it."""


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for table, deed in (("case_event", "UPDATE"), ("case_event", "DELETE"), ("report", "DELETE")):
            _refuse_on_sqlite(table, deed, deed)
        _refuse_on_sqlite("report", "UPDATE", f"UPDATE OF {', '.join(SAID)}")
        return
    op.execute(
        "CREATE FUNCTION refuse_rewriting() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'the record % cannot be rewritten', TG_TABLE_NAME; END $$"
    )
    op.execute(
        "CREATE TRIGGER case_event_is_kept BEFORE UPDATE OR DELETE ON case_event "
        "FOR EACH ROW EXECUTE FUNCTION refuse_rewriting()"
    )
    op.execute(
        f"CREATE TRIGGER report_is_kept BEFORE DELETE OR UPDATE OF {', '.join(SAID)} ON report "
        "FOR EACH ROW EXECUTE FUNCTION refuse_rewriting()"
    )


def _refuse_on_sqlite(table: str, deed: str, when: str) -> None:
    op.execute(
        f"CREATE TRIGGER {table}_refuses_{deed.lower()} BEFORE {when} ON {table} "
        f"BEGIN SELECT RAISE(ABORT, 'the record {table} cannot be rewritten'); END"
    )


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for name in ("case_event_refuses_update", "case_event_refuses_delete", "report_refuses_delete"):
            op.execute(f"DROP TRIGGER {name}")
        op.execute("DROP TRIGGER report_refuses_update")
        return
    op.execute("DROP TRIGGER case_event_is_kept ON case_event")
    op.execute("DROP TRIGGER report_is_kept ON report")
    op.execute("DROP FUNCTION refuse_rewriting()")
