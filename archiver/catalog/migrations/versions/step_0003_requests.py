"""What a records request needs beyond its words."""

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Make the tables."""
