"""Tests of what only a real server on a real socket can get wrong: cuts, crashes, memory, and many callers at once."""
