from __future__ import annotations

import gc
import weakref

from monitor.engine.memory import give_back


class Knot:
    def __init__(self) -> None:
        self.me = self


def test_garbage_of_an_earlier_round_is_collected_in_the_next() -> None:
    """A reload leaves the old config's values behind: they must not be kept as what is there for good."""
    old = Knot()
    seen = weakref.ref(old)
    give_back()
    assert gc.get_freeze_count() > 0
    del old
    give_back()
    assert seen() is None
    gc.unfreeze()
