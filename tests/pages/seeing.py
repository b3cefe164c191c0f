"""How a page is seen, read out and used by keyboard: what accessibility asks of it (WCAG 2.2, levels A and AA)."""

from typing import Any

from tests.browser.page import Page

CONTROLS = frozenset(
    {"button", "checkbox", "combobox", "link", "textbox", "Date", "InputTime", "radio", "DisclosureTriangle"}
)
"""Roles that need a name."""

LEAST_CONTRAST = 4.5
"""Of text and its ground (1.4.3)."""

LEAST_SIZE = 44
"""CSS pixels of what is touched (2.5.5): of a control with its label, where it has one."""

_FOCUSABLE = (
    "[...document.querySelectorAll('a[href], button, input:not([type=hidden]), select, textarea, summary')]"
    ".filter(one => one.checkVisibility())"
)
"""A section that is closed hides its controls from everybody."""

_FAINT = """(() => {
  const channel = value => (value /= 255) <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  const light = ([r, g, b]) => 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b);
  const colour = text => text.match(/[0-9.]+/g).map(Number);
  const ground = one => {
    for (; one; one = one.parentElement) {
      const [r, g, b, a = 1] = colour(getComputedStyle(one).backgroundColor);
      if (a === 1) return [r, g, b];
    }
    return matchMedia('(prefers-color-scheme: dark)').matches ? [18, 18, 18] : [255, 255, 255];
  };
  const faint = [];
  for (const one of document.querySelectorAll('body *')) {
    const own = [...one.childNodes].some(node => node.nodeType === 3 && node.data.trim());
    if (!own && !one.matches('input, select')) continue;
    const [a, b] = [light(colour(getComputedStyle(one).color)), light(ground(one))].sort((x, y) => y - x);
    const contrast = (a + 0.05) / (b + 0.05);
    if (contrast < LEAST) faint.push(`${one.tagName} ${contrast.toFixed(2)}`);
  }
  return faint;
})()"""


def too_faint(page: Page) -> list[str]:
    """Return the elements whose text does not stand out enough from its ground."""
    found: list[str] = page.run(_FAINT.replace("LEAST", str(LEAST_CONTRAST)))
    return found


def too_small(page: Page) -> list[Any]:
    """Return the controls that a finger misses; a link within a sentence is as high as its line."""
    found: list[Any] = page.run(
        f"{_FOCUSABLE}.filter(one => !one.closest('p:not(:has(> .way))'))"
        ".map(one => [one.outerHTML.slice(0, 80), (one.closest('label') ?? one).getBoundingClientRect()])"
        f".filter(([, box]) => box.width < {LEAST_SIZE} || box.height < {LEAST_SIZE}).map(([name]) => name)"
    )
    return found


def heading_levels(page: Page) -> list[int]:
    """Return the levels of the headings in their order."""
    found: list[int] = page.run("[...document.querySelectorAll('h1,h2,h3,h4')].map(one => +one.tagName[1])")
    return found


def page_order(page: Page) -> list[int]:
    """Return the numbers of the controls in the order of the page."""
    count: int = page.run(f"{_FOCUSABLE}.length")
    return list(range(count))


def keyboard_order(page: Page) -> list[int]:
    """Return the numbers of the controls as the tab key reaches them from the top of the page."""
    page.run("document.activeElement.blur(); window.scrollTo(0, 0)")
    found: list[int] = []
    for _ in range(4 * len(page_order(page)) + 4):
        page.send("Input.dispatchKeyEvent", type="keyDown", key="Tab", code="Tab", windowsVirtualKeyCode=9)
        page.send("Input.dispatchKeyEvent", type="keyUp", key="Tab", code="Tab", windowsVirtualKeyCode=9)
        number = page.run(f"{_FOCUSABLE}.indexOf(document.activeElement)")
        # After the last control the browser's own come, or the first again.
        if number < 0 or (number in found and number != found[-1]):
            break
        # A field of a time or a date has several stops.
        if not found or found[-1] != number:
            found.append(number)
    return found


def longest_line(page: Page) -> int:
    """Return how many characters the longest line of a paragraph holds."""
    found: int = page.run("""(() => {
      let longest = 0;
      for (const one of document.querySelectorAll('main p, main li')) {
        const walker = document.createTreeWalker(one, NodeFilter.SHOW_TEXT), lines = {};
        for (let node; node = walker.nextNode();) {
          for (let at = 0; at < node.length; at++) {
            const range = document.createRange();
            range.setStart(node, at);
            range.setEnd(node, at + 1);
            const box = range.getBoundingClientRect();
            if (box.width) lines[Math.round(box.bottom / 4)] = (lines[Math.round(box.bottom / 4)] ?? 0) + 1;
          }
        }
        longest = Math.max(longest, ...Object.values(lines));
      }
      return longest;
    })()""")
    return found


def open_everything(page: Page) -> None:
    """Open every section that can be closed."""
    page.run("document.querySelectorAll('details').forEach(one => { one.open = true; })")
