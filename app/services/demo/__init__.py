"""The demo day: drawn photos, people, units and jobs, recorded by the same ways as real ones."""
