"""tiles and audits"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "tiles",
        sa.Column("slug", sa.String(length=64), nullable=False),
        sa.Column("col", sa.Integer(), nullable=False),
        sa.Column("row", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["slug"], ["councils.slug"], name=op.f("fk_tiles_slug")),
        sa.PrimaryKeyConstraint("slug", name=op.f("pk_tiles")),
    )
    op.create_table(
        "audits",
        sa.Column("key", sa.String(length=16), nullable=False),
        sa.Column("years", sa.String(length=9), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("found", sa.String(length=160), nullable=False),
        sa.Column("note", sa.String(length=160), nullable=False),
        sa.Column("source_url", sa.String(length=500), nullable=False),
        sa.Column("checked_on", sa.Date(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_audits")),
    )


def downgrade() -> None:
    op.drop_table("audits")
    op.drop_table("tiles")
