"""Examples released for a month, its problems counted and frozen, corrections given up; orders to who helps on a whistle."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


RELEASE = (
    "case_id", "month", "before_id", "after_id", "kind", "town", "water", "opened_on", "closed_on", "words", "released_by",
    "released_by_id", "released_at",
)  # fmt: skip
"""Columns of a released example that never change: it may only be taken back, once."""


def upgrade() -> None:
    _add_released_example()
    _orders_to_helpers()
    _add_problem_count()
    _corrections_given_up()
    op.create_index(op.f("ix_case_opened_at"), "case", ["opened_at"])


def downgrade() -> None:
    op.drop_index(op.f("ix_case_opened_at"), "case")
    _no_corrections_given_up()
    _drop_problem_count()
    _no_orders_to_helpers()
    _drop_released_example()


def _add_released_example() -> None:
    op.create_table(
        "released_example",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("month", sa.String(), nullable=False),
        sa.Column("before_id", sa.Integer(), nullable=False),
        sa.Column("after_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("town", sa.String(), nullable=False),
        sa.Column("water", sa.String(), nullable=False),
        sa.Column("opened_on", sa.Date(), nullable=False),
        sa.Column("closed_on", sa.Date(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("released_by", sa.String(), nullable=False),
        sa.Column("released_by_id", sa.Integer(), nullable=False),
        sa.Column("released_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("taken_back_by", sa.String(), nullable=False),
        sa.Column("taken_back_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("taken_back_because", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_released_example_case_id_case")),
        sa.ForeignKeyConstraint(
            ["before_id"], ["evidence.id"], name=op.f("fk_released_example_before_id_evidence")
        ),
        sa.ForeignKeyConstraint(
            ["after_id"], ["evidence.id"], name=op.f("fk_released_example_after_id_evidence")
        ),
        sa.ForeignKeyConstraint(
            ["released_by_id"], ["person.id"], name=op.f("fk_released_example_released_by_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_released_example")),
    )
    op.create_index(op.f("ix_released_example_month"), "released_example", ["month"])
    op.create_index(
        "uq_released_example_case", "released_example", ["case_id"], unique=True,
        sqlite_where=sa.text("taken_back_at IS NULL"), postgresql_where=sa.text("taken_back_at IS NULL"),
    )  # fmt: skip
    for name, deed, when in (
        ("update", f"UPDATE OF {', '.join(RELEASE)}", ""),
        ("again", "UPDATE", "WHEN (OLD.taken_back_at IS NOT NULL)"),
        ("delete", "DELETE", ""),
    ):
        if op.get_bind().dialect.name == "sqlite":
            then = "BEGIN SELECT RAISE(ABORT, 'the record released_example cannot be rewritten'); END"
        else:
            then = "EXECUTE FUNCTION refuse_rewriting()"
        op.execute(
            f"CREATE TRIGGER released_example_is_kept_{name} BEFORE {deed} ON released_example FOR EACH ROW {when} {then}"
        )


def _drop_released_example() -> None:
    """Its triggers go with it."""
    op.drop_table("released_example")


def _orders_to_helpers() -> None:
    """supervision_order: an order may be to somebody who helps on a whistle, and then has no case and no town."""
    with op.batch_alter_table("supervision_order", schema=None) as batch_op:
        batch_op.add_column(sa.Column("kind", sa.String(), server_default="case", nullable=False))
        batch_op.add_column(sa.Column("party_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("promised", sa.Text(), server_default="", nullable=False))
        batch_op.alter_column("case_id", existing_type=sa.Integer(), nullable=True)
        batch_op.alter_column("town_id", existing_type=sa.Integer(), nullable=True)
        batch_op.create_index(batch_op.f("ix_supervision_order_party_id"), ["party_id"], unique=False)
        batch_op.create_foreign_key(
            batch_op.f("fk_supervision_order_party_id_whistle_party"), "whistle_party", ["party_id"], ["id"]
        )


def _no_orders_to_helpers() -> None:
    """Their numbers stay used: the counter is not lowered."""
    op.execute(
        "UPDATE evidence SET answer_id = NULL WHERE answer_id IN (SELECT order_answer.id FROM order_answer "
        "JOIN supervision_order ON supervision_order.id = order_answer.order_id WHERE kind <> 'case')"
    )
    op.execute(
        "DELETE FROM order_answer WHERE order_id IN (SELECT id FROM supervision_order WHERE kind <> 'case')"
    )
    op.execute("DELETE FROM supervision_order WHERE kind <> 'case'")
    with op.batch_alter_table("supervision_order", schema=None) as batch_op:
        batch_op.drop_constraint(
            batch_op.f("fk_supervision_order_party_id_whistle_party"), type_="foreignkey"
        )
        batch_op.drop_index(batch_op.f("ix_supervision_order_party_id"))
        batch_op.alter_column("town_id", existing_type=sa.Integer(), nullable=False)
        batch_op.alter_column("case_id", existing_type=sa.Integer(), nullable=False)
        batch_op.drop_column("promised")
        batch_op.drop_column("party_id")
        batch_op.drop_column("kind")


def _add_problem_count() -> None:
    """problem_count: what a frozen month says of its problems is kept like its points."""
    op.create_table(
        "problem_count",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("assessment_id", sa.Integer(), nullable=False),
        sa.Column("counted", sa.String(40), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("town_id", sa.Integer(), nullable=True),
        sa.Column("cases", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["assessment_id"],
            ["monthly_assessment.id"],
            name=op.f("fk_problem_count_assessment_id_monthly_assessment"),
        ),
        sa.ForeignKeyConstraint(["town_id"], ["town.id"], name=op.f("fk_problem_count_town_id_town")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_problem_count")),
        sa.UniqueConstraint(
            "assessment_id",
            "counted",
            "position",
            name=op.f("uq_problem_count_assessment_id_counted_position"),
        ),
    )
    if op.get_bind().dialect.name == "sqlite":
        frozen = "(SELECT state FROM monthly_assessment WHERE id = OLD.assessment_id) <> 'draft'"
        for deed in ("update", "delete"):
            op.execute(
                f"CREATE TRIGGER problem_count_refuses_{deed} BEFORE {deed.upper()} ON problem_count WHEN {frozen} "
                "BEGIN SELECT RAISE(ABORT, 'the record problem_count cannot be rewritten'); END"
            )
        return
    op.execute(
        "CREATE TRIGGER frozen_problem_count_is_kept BEFORE UPDATE OR DELETE ON problem_count "
        "FOR EACH ROW EXECUTE FUNCTION refuse_rewriting_frozen()"
    )


def _drop_problem_count() -> None:
    """Its triggers go with it."""
    op.drop_table("problem_count")


def _corrections_given_up() -> None:
    """monthly_assessment: who gave a correction up, when and why; kept as the rest of what is no draft any more."""
    op.add_column(
        "monthly_assessment", sa.Column("dropped_by", sa.String(), server_default="", nullable=False)
    )
    op.add_column("monthly_assessment", sa.Column("dropped_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column(
        "monthly_assessment", sa.Column("dropped_because", sa.Text(), server_default="", nullable=False)
    )
    deed = "UPDATE OF dropped_by, dropped_at, dropped_because ON monthly_assessment"
    if op.get_bind().dialect.name == "sqlite":
        then = "BEGIN SELECT RAISE(ABORT, 'the record monthly_assessment cannot be rewritten'); END"
    else:
        then = "EXECUTE FUNCTION refuse_rewriting()"
    op.execute(
        f"CREATE TRIGGER dropped_assessment_is_kept BEFORE {deed} FOR EACH ROW WHEN (OLD.state <> 'draft') {then}"
    )


def _no_corrections_given_up() -> None:
    """To an older version they are what a correction took the place of: it counts them as little."""
    on = "" if op.get_bind().dialect.name == "sqlite" else " ON monthly_assessment"
    op.execute(f"DROP TRIGGER dropped_assessment_is_kept{on}")
    op.execute("UPDATE monthly_assessment SET state = 'superseded' WHERE state = 'dropped'")
    for column in ("dropped_because", "dropped_at", "dropped_by"):
        op.drop_column("monthly_assessment", column)
