"""Connections to PayTrace and Sage Pro, their sealed secrets, and tests of them."""

from integrations.connections.models.agent import Agent, AgentJob
from integrations.connections.models.calibration import Calibration, CalibrationStep
from integrations.connections.models.company import ProfileVersion, SiteTest, TableLayout
from integrations.connections.models.connection import (
    AccessToken,
    Connection,
    ConnectionSecret,
    ConnectionTest,
)
from integrations.connections.models.worksheet import WorksheetEntry

__all__ = [
    "AccessToken",
    "Agent",
    "AgentJob",
    "Calibration",
    "CalibrationStep",
    "Connection",
    "ConnectionSecret",
    "ConnectionTest",
    "ProfileVersion",
    "SiteTest",
    "TableLayout",
    "WorksheetEntry",
]
