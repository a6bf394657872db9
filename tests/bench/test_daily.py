import pytest

from bench.daily import page

PHONE = {"figures": {"taps": 22, "misses": 0}, "day": "29 November 2026", "load": 1.5}
STEPS = {"worker 390": {"send": {"taps": 1, "swipes": 0, "seconds": 0.9}}}
SIZES = {"photo": {"kB": 500, "kB pictures": 300, "kB scripts": 200, "ms to the first paint": 1200}}


@pytest.fixture
def written(tmp_path, monkeypatch):
    path = tmp_path / "daily-work.md"
    path.write_text(f"# Daily work\n\n{page.START}old\n{page.END}\n## More\n")
    monkeypatch.setattr(page, "PAGE", path)
    return path


def test_figures_stand_beside_those_from_before(written, tmp_path, monkeypatch):
    now = {"phone": PHONE, "journeys": PHONE | {"figures": STEPS}, "weights": PHONE | {"figures": SIZES}}
    old = {
        "phone": PHONE | {"figures": {"taps": 60}, "load": 0.5},
        "weights": PHONE | {"figures": {"photo": {"kB": 5000}}},
    }
    for name, figures in (("before", old), ("now", now)):
        (tmp_path / name).write_text(page.json.dumps(figures))
    monkeypatch.setattr(page.sys, "argv", ["page", str(tmp_path / "before"), str(tmp_path / "now")])
    page.main()
    text = written.read_text()
    assert text.startswith("# Daily work\n\n")
    assert text.endswith("\n## More\n")
    assert "29 November 2026, load 1.5, before 0.5." in text
    for row in (
        "| taps | 60 | 22 |",
        "| misses | - | 0 |",
        "| worker, 390 px | send | - / 1 | - / 0 | - / 0.9 |",
        "| photo | 5000 / 500 | - / 1200 |  | pictures 300, scripts 200 |",
    ):
        assert row in text
    assert "old" not in text
