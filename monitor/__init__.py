"""dementi: watches news feeds for answers to claims.

Data goes down one corridor: feed → items → verdicts → events → alerts → deliveries.
"""

__version__ = "0.1.0"
