"""What became of an item's page, in one line for people."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from monitor.model.page import Page, PageState
from monitor.model.source import Item
from monitor.model.times import stamp
from monitor.model.verdict import Assessment
from monitor.pipeline.fulltext import Wishes


def page_line(
    item: Item, page: Page | None, assessments: Sequence[Assessment], wishes: Wishes | None, now: datetime
) -> str:
    """`page`: what was wanted for this item. `wishes`: None where the config asks for no pages."""
    if page is not None:
        return _told(page, item)
    if wishes is None:
        return "not asked for, because [fulltext] is off"
    why = wishes.against(item, assessments, now)
    return f"not asked for, because {why or '[fulltext] was off when the item was judged'}"


def _told(page: Page, item: Item) -> str:
    where = f" ({page.final_url})" if page.final_url and page.final_url != page.url else ""
    if page.state is PageState.PENDING:
        return f"to be asked for, not before {stamp(page.due)}" + (f"; last time: {page.error}" if page.error else "")
    if page.state is PageState.FETCHED:
        checks = f", {len(page.reviews)} fact-checks" if page.reviews else ""
        taken = "" if item.page else "; the item took none of it"
        return f"fetched {stamp(page.asked)}, {len(page.text or '')} characters{checks}{where}{taken}"
    told = {
        PageState.EMPTY: f"fetched {stamp(page.asked)}, and no text found{where}",
        PageState.REFUSED: "refused by robots.txt",
        PageState.FAILED: f"failed after {page.attempts} attempts, the last at {stamp(page.asked)}",
        PageState.MISSED: "not asked for, because more pages were wanted than the limits allow",
    }
    return told[page.state] + (f": {page.error}" if page.error else "")
