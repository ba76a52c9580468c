"""The national advice services."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import AdviceLine


def advice_lines(session: Session, nation: str | None = None) -> list[AdviceLine]:
    """Those for people in a nation, or all."""
    lines = session.scalars(select(AdviceLine).order_by(AdviceLine.position))
    return [line for line in lines if nation is None or nation in line.nations.split(";")]
