"""The groups `ofrecord retention` and `ofrecord schedules` with all their commands, which stand in several files."""

from console.cli import retention_filing, schedule_changes, schedule_rules
from console.cli.retention import retention
from console.cli.schedules import schedules

__all__ = ["retention", "retention_filing", "schedule_changes", "schedule_rules", "schedules"]
