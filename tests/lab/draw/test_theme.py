"""Contrast, computed from the colours themselves."""

import pytest

from lab.draw import panels, theme, words

GROUNDS = [theme.PANEL, theme.SHADE]
DARK_PAGE = "#111111"


def test_contrast_of_black_on_white_is_the_known_one():
    assert round(theme.contrast("#000000", "#ffffff"), 2) == 21
    assert round(theme.contrast("#777777", "#ffffff"), 2) == 4.48


@pytest.mark.parametrize("ground", [*GROUNDS, *theme.TINTS.values()])
def test_words_reach_four_and_a_half_to_one(ground):
    assert theme.contrast(theme.INK, ground) >= 4.5


@pytest.mark.parametrize("ground", GROUNDS)
@pytest.mark.parametrize("colour", [theme.MUTED, theme.LINK])
def test_muted_words_and_links_reach_it_too(colour, ground):
    assert theme.contrast(colour, ground) >= 4.5


@pytest.mark.parametrize("kind", theme.KINDS)
def test_shapes_reach_three_to_one_on_panel_tint_and_both_pages(kind):
    for ground in [*GROUNDS, theme.TINTS[kind], "#ffffff", DARK_PAGE]:
        assert theme.contrast(theme.SHAPES[kind], ground) >= 3


def test_every_kind_has_a_tint_and_the_style_sheet_names_it():
    assert set(theme.TINTS) == set(theme.KINDS)
    assert all(f".kit-{kind}{{" in theme.css() for kind in theme.KINDS)


def test_the_style_sheet_is_small_and_hides_no_focus():
    assert len(theme.css()) < 3000
    assert "outline" not in theme.css() and "@import" not in theme.css()


def test_a_panel_is_opaque_with_its_own_ink_without_the_style_sheet():
    assert f'style="background:{theme.PANEL};color:{theme.INK}"' in panels.panel("x", label="a")


@pytest.mark.parametrize("symbol, word, kind", [("+", "", "new"), ("", "x", "new"), ("+", "x", "")])
def test_a_badge_without_a_word_cannot_be_made(symbol, word, kind):
    with pytest.raises(ValueError):
        words.Word(symbol, word, kind)


@pytest.mark.parametrize(
    "seconds, text", [(0.045, "45 ms"), (1.24, "1.2 s"), (125, "2 min 05 s"), (0, "0 ms")]
)
def test_durations_read_well(seconds, text):
    assert words.seconds(seconds) == text


@pytest.mark.parametrize(
    "number, text",
    [(1, "1 byte"), (999, "999 bytes"), (4096, "4.1 kB"), (999_990, "1.0 MB"), (2e9, "2.0 GB")],
)
def test_sizes_read_well(number, text):
    assert words.size(number) == text
