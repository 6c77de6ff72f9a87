"""The version of the reading, for whoever keeps verdicts: it stands apart, for the tables are long to load."""

RULES_VERSION = "2026.11.2"  # changes with every change of rules or tables that may change a verdict
