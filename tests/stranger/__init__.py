"""A client of the Doorstep protocol written from `docs/PROTOCOL.md`, `docs/PROBLEMS.md` and `app/domain/kinds.json` alone.

It shares no code with Doorstep. Its test copies this folder away and runs it there as a program of its own.
"""
