"""The sites that the solver attacks keep every promise of the audit, too."""

from pathlib import Path

from collector.ops.audit import audit
from collector.store.duckdb_store import DuckDBStore
from tests.privacy_model.history import Histories
from tests.privacy_model.segments import with_segments
from tests.privacy_model.site import generate
from tests.privacy_model.walks import walking

SITES = 40  # of each kind: 20 s


def test_small_sites_keep_every_promise_of_the_audit(tmp_path: Path) -> None:
    histories = Histories(tmp_path)
    for make in (generate, walking):
        for seed in range(SITES):
            for _ in histories.moments(with_segments(make(seed))):
                pass
    histories.close()
    store = DuckDBStore(tmp_path / "footfall.duckdb")
    store.rewrite()
    (kept,) = store.query("SELECT count(DISTINCT site) FROM visits_pairs")
    made = audit(store.query, tmp_path, 0, 160)
    store.close()
    assert made.verdict == "kept", made.looked
    assert kept[0] > SITES / 2, "there was something to keep"
