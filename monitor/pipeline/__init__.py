"""The story of one item, told against ports.

    due feeds ──poll──▶ items, unjudged ──rule──▶ verdicts, events, status, alerts, deliveries ──deliver──▶ said

Every arrow ends in a transaction. A process that dies between two arrows finds, when it comes back, all that the
first one stored and nothing of the second: unjudged items are judged, pending deliveries are sent.
"""
