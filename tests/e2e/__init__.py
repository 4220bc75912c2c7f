from playwright.sync_api import expect

# Machines that run these tests are small and shared; what does come, comes within this, and only what fails waits for it.
_PATIENCE_MS = 15_000
expect.set_options(timeout=_PATIENCE_MS)
