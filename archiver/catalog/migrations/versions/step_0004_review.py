"""What reviewing a request needs: regions and origins of redactions, drafts of them, and who looks at what by when."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0002"


def upgrade() -> None:
    """Make the tables."""
    op.add_column("redaction", sa.Column("region", sa.Text(), nullable=False, server_default=""))
    op.add_column("redaction", sa.Column("origin", sa.Text(), nullable=False, server_default=""))
    op.create_table(
        "draft",
        sa.Column("request", sa.Integer(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("record", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("field", sa.Text(), nullable=False),
        sa.Column("places", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("request", "n"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "assignment",
        sa.Column("request", sa.Integer(), nullable=False),
        sa.Column("record", sa.BigInteger(), nullable=False),
        sa.Column("department", sa.Text(), nullable=False),
        sa.Column("due", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("request", "record"),
        sqlite_with_rowid=False,
    )
