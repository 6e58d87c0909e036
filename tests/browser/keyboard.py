"""A person who has only a keyboard."""

from playwright.sync_api import Page

MOST_TABS = 120
# The name of what has the focus, as a screen reader would say it: its label, else its text.
FOCUSED = """() => {
    const at = document.activeElement;
    return at.getAttribute("aria-label") ?? at.labels?.[0]?.textContent.trim() ?? at.textContent.trim();
}"""


class Keyboard:
    """Somebody who has only a keyboard: nothing here clicks, and nothing sets a value or the focus by script."""

    def __init__(self, page: Page) -> None:
        self.page = page

    @property
    def focused(self) -> str:
        """What a screen reader says has the focus."""
        return str(self.page.evaluate(FOCUSED))

    def press(self, *keys: str) -> None:
        """Press keys one after the other."""
        for key in keys:
            self.page.keyboard.press(key)

    def tab_to(self, name: str, *, back: bool = False) -> None:
        """Tab on until what is called so has the focus."""
        for _ in range(MOST_TABS):
            self.press("Shift+Tab" if back else "Tab")
            if self.focused == name:
                return
        raise AssertionError(f"Nothing called {name!r} within {MOST_TABS} tabs; at {self.focused!r}.")

    def activate(self, name: str, *, back: bool = False) -> None:
        """Go to a button of this page and press it."""
        self.tab_to(name, back=back)
        self.press("Enter")

    def follow(self, name: str) -> None:
        """Go to a link, or to a button that sends a form, press it, and wait for the page it leads to."""
        self.tab_to(name)
        with self.page.expect_navigation():
            self.press("Enter")

    def fill(self, name: str, text: str) -> None:
        """Go to an input and type over what it holds."""
        self.tab_to(name)
        self.type(text)

    def type(self, text: str) -> None:
        """Type over what the focused input holds."""
        self.press("ControlOrMeta+a")
        self.page.keyboard.type(text)

    def choose(self, name: str, text: str) -> None:
        """Go to a select and type the beginning of an option."""
        self.tab_to(name)
        self.page.keyboard.type(text)

    def pick_field(self, text: str) -> None:
        """Type into the field picker that has the focus, and take the first it finds."""
        self.type(text)
        self.press("Enter")
