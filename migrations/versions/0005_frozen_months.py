"""The database itself refuses to change what a frozen month rests on: its rows, figures sheets, what came of cases."""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

ASSESSMENT = (
    "month", "revision", "rulebook", "rulebook_text", "drafted_by", "drafted_by_id", "drafted_at", "appeal_until",
    "told_at", "approved_by", "approved_by_id", "approved_at", "reason", "digest",
)  # fmt: skip
"""Columns of an assessment that stay once it is frozen; that a correction took its place may still be written."""
PARTS = ("town_score", "item_score", "points_lost", "appeal")
"""Rows of an assessment: written anew with every draft, and never after it. Adding one is not refused, for a restored
backup adds them all; the digest shows it (`flask assessment verify`)."""
KEPT = ("figure_sheet", "figure_entry", "outcome")
"""Written once."""


MOVED_BACK = "OLD.state <> 'draft' AND NEW.state <> OLD.state AND NEW.state <> 'superseded'"
"""Nothing leaves the frozen state but for a correction."""


IS_FROZEN = "(SELECT state FROM monthly_assessment WHERE id = OLD.assessment_id) <> 'draft'"


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        columns = ", ".join(ASSESSMENT)
        _on_sqlite("monthly_assessment", "UPDATE", f"UPDATE OF {columns}", "WHEN OLD.state <> 'draft'")
        _on_sqlite("monthly_assessment", "MOVE", "UPDATE OF state", f"WHEN {MOVED_BACK}")
        _on_sqlite("monthly_assessment", "DELETE", "DELETE", "WHEN OLD.state <> 'draft'")
        for table in PARTS:
            for deed in ("UPDATE", "DELETE"):
                _on_sqlite(table, deed, deed, f"WHEN {IS_FROZEN}")
        for table in KEPT:
            for deed in ("UPDATE", "DELETE"):
                _on_sqlite(table, deed, deed, "")
        _on_sqlite("duty", "UPDATE", "UPDATE", "WHEN OLD.ended_at IS NOT NULL")  # begun once, ended once
        _on_sqlite("duty", "DELETE", "DELETE", "")
        return
    op.execute(
        "CREATE FUNCTION refuse_rewriting_frozen() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"IF {IS_FROZEN} THEN "
        "RAISE EXCEPTION 'the record % cannot be rewritten', TG_TABLE_NAME; END IF; "
        "IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW; END $$"
    )
    for deed in (f"UPDATE OF {', '.join(ASSESSMENT)}", "DELETE"):
        op.execute(
            f"CREATE TRIGGER frozen_assessment_is_kept_{deed[:6].lower()} BEFORE {deed} ON monthly_assessment "
            "FOR EACH ROW WHEN (OLD.state <> 'draft') EXECUTE FUNCTION refuse_rewriting()"
        )
    op.execute(
        "CREATE TRIGGER frozen_assessment_is_kept_move BEFORE UPDATE OF state ON monthly_assessment "
        f"FOR EACH ROW WHEN ({MOVED_BACK}) EXECUTE FUNCTION refuse_rewriting()"
    )
    for table in PARTS:
        op.execute(
            f"CREATE TRIGGER frozen_{table}_is_kept BEFORE UPDATE OR DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION refuse_rewriting_frozen()"
        )
    for table in KEPT:
        op.execute(
            f"CREATE TRIGGER {table}_is_kept BEFORE UPDATE OR DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION refuse_rewriting()"
        )
    for name, deed in (("update", "UPDATE ON duty FOR EACH ROW WHEN (OLD.ended_at IS NOT NULL)"),
                       ("delete", "DELETE ON duty FOR EACH ROW")):  # fmt: skip
        op.execute(f"CREATE TRIGGER duty_is_kept_{name} BEFORE {deed} EXECUTE FUNCTION refuse_rewriting()")


def _on_sqlite(table: str, name: str, deed: str, when: str) -> None:
    op.execute(
        f"CREATE TRIGGER {table}_refuses_{name.lower()} BEFORE {deed} ON {table} {when} "
        f"BEGIN SELECT RAISE(ABORT, 'the record {table} cannot be rewritten'); END"
    )


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for table in ("monthly_assessment", *PARTS, *KEPT, "duty"):
            for deed in ("update", "delete", "move"):
                op.execute(f"DROP TRIGGER IF EXISTS {table}_refuses_{deed}")
        return
    for deed in ("update", "delete", "move"):
        op.execute(f"DROP TRIGGER frozen_assessment_is_kept_{deed} ON monthly_assessment")
    for table in PARTS:
        op.execute(f"DROP TRIGGER frozen_{table}_is_kept ON {table}")
    for table in KEPT:
        op.execute(f"DROP TRIGGER {table}_is_kept ON {table}")
    for name in ("update", "delete"):
        op.execute(f"DROP TRIGGER duty_is_kept_{name} ON duty")
    op.execute("DROP FUNCTION refuse_rewriting_frozen()")
