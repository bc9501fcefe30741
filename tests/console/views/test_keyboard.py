"""All views without a mouse: every control is reached, none holds the keyboard, each shows where it is."""

from __future__ import annotations

from typing import Any, Final

import pytest

from tests.console.views.looking import VIEWS, Looking

pytestmark = pytest.mark.browser
_MOST: Final = 250
_NAMES: Final = {"what-if": "What if"}
# What Tab should reach: of a group of radio buttons the chosen one, nothing that is hidden.
_REACHABLE: Final = """() => [...document.querySelectorAll(
    'a[href], button, input, select, summary, [tabindex="0"]')].filter(each =>
    !each.disabled && each.checkVisibility({ visibilityProperty: true })
    && (each.type !== 'radio' || each.checked)).map((each, at) => {
        each.dataset.reachable = at; return at; })"""
_FOCUSED: Final = """() => { const each = document.activeElement;
    const shown = each.type === 'radio' ? each.labels[0] : each;
    return { at: each.dataset.reachable ?? null, text: each.innerText || each.id,
        seen: getComputedStyle(shown).outlineStyle !== 'none' }; }"""
_MISSED: Final = """missed => missed.map(at =>
    document.querySelector(`[data-reachable='${at}']`)?.outerHTML.slice(0, 120)).filter(Boolean)"""


def walk(page: Any) -> tuple[set[int], list[str]]:
    """Tab once around the page: the numbers of what was reached, and what did not show the focus."""
    reached: set[int] = set()
    unseen = []
    for _ in range(_MOST):
        page.keyboard.press("Tab")
        focused = page.evaluate(_FOCUSED)
        if focused["at"] is None:  # between the last and the first
            continue
        if int(focused["at"]) in reached:
            break
        reached.add(int(focused["at"]))
        if not focused["seen"]:
            unseen.append(focused["text"])
    return reached, unseen


def to_link(looking: Looking, name: str) -> None:
    """Tab to a link of the navigation and follow it."""
    for _ in range(_MOST):
        looking.page.keyboard.press("Tab")
        if looking.page.evaluate("() => document.activeElement.innerText") == name:
            break
    looking.page.keyboard.press("Enter")


def test_every_view_and_every_control_is_reached_by_keyboard(looking: Looking) -> None:
    looking.open("jobs")
    for view in VIEWS:
        to_link(looking, _NAMES.get(view, view.capitalize()))
        looking.stands(view)
        expected = set(looking.page.evaluate(_REACHABLE))
        reached, unseen = walk(looking.page)
        assert looking.page.evaluate(_MISSED, sorted(expected - reached)) == [], view
        assert unseen == [], view
    looking.is_quiet()


def test_the_first_tab_leads_past_the_navigation(looking: Looking) -> None:
    looking.page.goto("about:blank")  # a page that is loaded anew begins at its top
    looking.open("record")
    looking.page.keyboard.press("Tab")
    assert looking.page.evaluate("() => document.activeElement.innerText") == "Skip to the content"
    looking.page.keyboard.press("Enter")
    assert looking.page.evaluate("() => document.activeElement.id") == "view"
    assert "#/record/" in looking.page.url


def test_a_table_is_opened_and_a_choice_made_by_keyboard(looking: Looking) -> None:
    looking.open("record")
    looking.page.locator("details[data-keep='Worth of 1'] summary").focus()
    looking.page.keyboard.press("Enter")
    looking.until("document.querySelectorAll(\"details[data-keep='Worth of 1'] tbody tr\").length > 300")
    looking.page.focus("#role-Champion")
    looking.page.keyboard.press("ArrowRight")
    looking.until("document.querySelector('#role-Challenger').checked")
    assert looking.page.evaluate("() => document.activeElement.id") == "role-Challenger"


def test_what_is_drawn_anew_keeps_the_keyboard_where_it_was(looking: Looking) -> None:
    looking.open("jobs")
    looking.page.focus("#state-All")
    looking.page.keyboard.press("ArrowRight")
    looking.until("document.querySelectorAll('.job').length === 2")
    assert looking.page.evaluate("() => document.activeElement.id") == "state-Running"
