"""Contrast, computed from the colours themselves."""

import re

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


def test_every_kind_has_a_tint():
    assert set(theme.TINTS) == set(theme.KINDS)


def test_a_dark_picture_has_the_contrasts_of_a_light_one():
    dark = theme.DARK
    assert set(dark) >= {theme.PANEL, theme.SHADE, theme.INK, *theme.SHAPES.values()}
    assert set(dark) >= set(theme.TINTS.values())
    for ground in (theme.PANEL, theme.SHADE, *theme.TINTS.values()):
        assert theme.contrast(dark[theme.INK], dark[ground]) >= 4.5
    for kind in theme.KINDS:
        for ground in (theme.PANEL, theme.SHADE, theme.TINTS[kind]):
            assert theme.contrast(dark[theme.SHAPES[kind]], dark[ground]) >= 3


# Ground and ink of a page: none of its own, JupyterLab light, JupyterLab dark.
PAGES = [("#ffffff", "#1b1f24"), ("#ffffff", "#000000"), ("#212121", "#ffffff")]
TONE = re.compile(r"--kit-(\w+):color-mix\(in srgb,(#\w{6}) (\d+)%,var\(--kit-ink\)\)")
TONES = {name: (hue, int(share) / 100) for name, hue, share in TONE.findall(theme.css())}


def test_every_kind_of_badge_has_a_tone_of_its_own():
    assert set(TONES) == {"new", "change", "good", "bad", "warn"}
    for kind in theme.KINDS:
        assert re.search(rf"\.kit-{kind}[^{{]*{{--kit-tone:var\(--kit-(\w+)\)}}", theme.css())


@pytest.mark.parametrize("ground, ink", PAGES)
@pytest.mark.parametrize("name", TONES)
def test_words_in_a_tone_reach_four_and_a_half_to_one_in_every_theme(name, ground, ink):
    hue, share = TONES[name]
    tone = theme.mix(hue, share, ink)
    for tint in (0.0, 0.06, 0.11):  # on the panel, a note, a badge
        assert theme.contrast(tone, theme.mix(tone, tint, ground)) >= 4.5


@pytest.mark.parametrize("ground, ink", PAGES)
def test_dim_words_reach_it_too(ground, ink):
    dim = theme.mix(ink, 0.68, ground)
    for back in (ground, theme.mix(ink, 0.05, ground), theme.mix(dim, 0.11, ground)):
        assert theme.contrast(dim, back) >= 4.5


def test_the_style_sheet_is_small_and_asks_for_nothing():
    assert len(theme.css()) < 4600
    assert "@import" not in theme.css() and "url(" not in theme.css()


def test_ground_and_ink_are_the_pages_and_a_pair_without_a_page():
    css = theme.css()
    assert "--kit-ground:var(--jp-layout-color1,#fff)" in css
    assert "--kit-ink:var(--jp-ui-font-color0,#1b1f24)" in css
    assert "background:var(--kit-ground);color:var(--kit-ink)" in css


def test_what_a_notebook_keeps_that_is_not_trusted_breaks_no_words():
    for piece in (panels.prose("a b"), panels.code("a b")):
        assert 'style="white-space:pre-wrap;word-break:normal;' in piece


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
