"""Bugs of the phone's storage: what it says is saved, and whether both copies help each other."""

from tests.simulation.mutants import Mutant

_DB = "app/pwa/src/db/"


def _vitest(file: str, words: str) -> tuple[str, ...]:
    return ("vitest", f"src/db/{file}", "-t", words)


MUTANTS = (
    Mutant(
        name="saved-without-reading-back",
        file=f"{_DB}facts.ts",
        find="    if (await readsBack(store, events, bytes)) return true;\n",
        replace="    if (events.length > 0) return true;\n",
        imitates="H14, H15: the database took it and does not give it back, and the screen said that it was saved",
        found_by=_vitest("facts.test.ts", "no file holds is taken back"),
    ),
    Mutant(
        name="full-disk-is-a-secret",
        file=f"{_DB}errors.ts",
        find="  if (isFull(error)) return new StorageFull(error);\n",
        replace="",
        imitates="H12: the phone is full, and says that something went wrong",
        found_by=_vitest("facts.test.ts", "a full phone is said to be full"),
    ),
    Mutant(
        name="relaxed-durability",
        file=f"{_DB}facts.ts",
        find="  const tx = db.transaction(['blobs', 'events', 'meta'], 'readwrite', { durability: 'strict' });",
        replace="  const tx = db.transaction(['blobs', 'events', 'meta'], 'readwrite');",
        imitates="H03: a phone that loses power has lost what it had called saved",
        found_by=_vitest("facts.test.ts", "strict durability only"),
    ),
    Mutant(
        name="damaged-photo-is-sent",
        file=f"{_DB}blobs.ts",
        find="  if (first && (await digestOf(first)) === sha256) return first;\n",
        replace="  if (first) return first;\n",
        imitates="H17: a changed byte in one copy, and the whole one beside it is not looked at",
        found_by=_vitest("recover.test.ts", "a changed byte in one copy"),
    ),
    Mutant(
        name="damaged-event-has-no-other-copy",
        file=f"{_DB}blobs.ts",
        find="name.startsWith(`${epoch}-${seq}-`)",
        replace="name.startsWith(`${epoch}/${seq}/`)",
        imitates="H02: the second copy is written for years and cannot be read",
        found_by=_vitest("recover.test.ts", "is read from its file"),
    ),
    Mutant(
        name="another-events-file-is-as-good",
        file=f"{_DB}blobs.ts",
        find="  return own.find(({ hash }) => named.has(hash)) ?? (own.length === 1 ? (own[0] ?? null) : null);\n",
        replace="  return own[0] ?? found[0] ?? null;\n",
        imitates="a read failed once, and an event that was taken back came to stand where a whole one was (found by our engine)",
        found_by=_vitest("recover.test.ts", "of an event that was taken back"),
    ),
    Mutant(
        name="damage-is-copied",
        file=f"{_DB}blobs.ts",
        find="    if (whole) await writeFile(store, 'ev', eventFile(whole), encoded(whole));\n",
        replace="    if (whole) await writeFile(store, 'ev', name, encoded(event));\n",
        imitates="a damaged record was written over its good file (found by our engine)",
        found_by=_vitest("recover.test.ts", "not written over its good file"),
    ),
    Mutant(
        name="late-photo-is-taken-back",
        file=f"{_DB}facts.ts",
        find="    if (late === null || late.some(({ fact }) => fact.blobs.includes(name))) return false;\n",
        replace="",
        imitates="a try to take a late photo into the log failed and took its only copy along (found by our engine)",
        found_by=_vitest("facts.test.ts", "a late photo outlives"),
    ),
    Mutant(
        name="old-page-writes-on",
        file=f"{_DB}facts.ts",
        find="  if (identity !== null && identity.device_id !== device_id) throw new StorageFailed('this phone was enrolled anew');\n",
        replace="",
        imitates="a page that was open while another one enrolled the phone anew broke the new log's chain",
        found_by=_vitest("facts.test.ts", "whose key was lost writes nothing"),
    ),
    Mutant(
        name="empty-database-is-a-new-phone",
        file=f"{_DB}recover.ts",
        find="  await keepForLater(store, [...foreign, ...homeless]);\n",
        replace="  await keepForLater(store, homeless);\n",
        imitates="H01: Chromium puts an empty database in the place of a damaged one, and nobody looks at the files",
        found_by=_vitest("recover.test.ts", "an empty database beside full files"),
    ),
    Mutant(
        name="torn-file-is-evidence",
        file=f"{_DB}blobs.ts",
        find="    return eventFile(event) === name && (await isIntact(store.sha256, event)) ? event : null;\n",
        replace="    return event;\n",
        imitates="H16: a file that a kill cut short, or that changed at rest, is taken for what was recorded",
        found_by=_vitest("recover.test.ts", "is no copy of an event"),
    ),
    Mutant(
        name="saved-again-is-recorded-twice",
        file=f"{_DB}facts.ts",
        find="    const missing = read.filter(({ event_id }) => !here.has(event_id));\n",
        replace="    const missing = read;\n",
        imitates="H52, enketo 432: tapped again after a failure, and the fact stands there twice",
        found_by=_vitest("facts.test.ts", "under its id stands there once"),
    ),
    Mutant(
        name="deletes-by-what-was-known",
        file=f"{_DB}sweep.ts",
        find="    const gone = await store.database.run(deleted);\n",
        replace="""    const gone = some;
    await store.database.run(async (db) => {
      const tx = db.transaction(STORES, 'readwrite');
      for (const { event, blobs } of some) {
        await tx.objectStore('events').delete([event.epoch, event.seq]);
        for (const sha256 of blobs) await tx.objectStore('blobs').delete(sha256);
      }
    });
""",
        imitates="H51, H63: a page that was frozen for a day goes on deleting, though the office was restored meanwhile",
        found_by=_vitest("sweep.race.test.ts", "wherever the page stood still"),
    ),
)
