"""Hears what a page says that no person sees: errors on the console, broken promises, refusals by the content security policy."""

from dataclasses import dataclass, field

from playwright.sync_api import BrowserContext, ConsoleMessage, WebError

# The browser itself says so about every request that fails, which is what these tests let happen.
_OF_THE_NETWORK = ("Failed to load resource:", "An SSL certificate error", "An unknown error occurred when fetching the script")


@dataclass
class Ears:
    """On all pages of a context, present and to come."""

    heard: list[str] = field(default_factory=list)

    def on(self, context: BrowserContext) -> "Ears":
        """Listen to a context too."""
        context.on("console", self._console)
        context.on("weberror", self._error)
        return self

    def assert_quiet(self) -> None:
        """Nothing was heard."""
        assert not self.heard, "\n".join(self.heard)

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and not message.text.startswith(_OF_THE_NETWORK):
            self.heard.append(f"{message.type}: {message.text}")

    def _error(self, error: WebError) -> None:
        self.heard.append(f"thrown: {error.error}")
