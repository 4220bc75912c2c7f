"""Bugs of the phone's sync core: each once cost somebody their work, or would have."""

from tests.simulation.mutants import Mutant

_SYNC = "app/pwa/src/sync/"
_MODEL = ("python", "-m", "tests.simulation.model", "--count", "200", "--seed", "1")


def _vitest(file: str, words: str) -> tuple[str, ...]:
    return ("vitest", f"src/sync/{file}", "-t", words)


MUTANTS = (
    Mutant(
        name="photo-gone-when-sent",
        file=f"{_SYNC}next.ts",
        find="  if (request) return [{ ...due, busy: request.busy }, [...effects, request.effect]];",
        replace="""  if (request) {
    const { busy } = request;
    const blobs = due.blobs.filter(({ sha256 }) => busy.kind !== 'chunk' || sha256 !== busy.sha256);
    return [{ ...due, busy, blobs }, [...effects, request.effect]];
  }""",
        imitates="H35, H63: removed from the queue before it was sent, as workbox-background-sync does",
        found_by=_MODEL,
    ),
    Mutant(
        name="events-dropped-on-401",
        file=f"{_SYNC}onSync.ts",
        find="  return [failed(state, input, name, retry_after_s), effects];\n}\n\nfunction onChainBroken(",
        replace="""  const waiting = status === 401 ? [] : state.waiting;
  return [failed({ ...state, waiting }, input, name, retry_after_s), effects];
}

function onChainBroken(""",
        imitates="H34, hercycle-ai 313: an expired session silently destroyed queued records",
        found_by=_vitest("machine.test.ts", "a 401 drops nothing"),
    ),
    Mutant(
        name="foreign-receipt-counts",
        file=f"{_SYNC}requests.ts",
        find="said?.device_id !== line.writer.device_id || said.epoch !== epoch ||",
        replace="said?.epoch !== epoch ||",
        imitates="H55: a receipt for another phone's log is taken for our own",
        found_by=_vitest("requests.test.ts", "not another device"),
    ),
    Mutant(
        name="receipt-of-another-branch-counts",
        file=f"{_SYNC}requests.ts",
        find="  if (event) return event.hash === said.head_hash;",
        replace="  if (event) return true;",
        imitates="H54: a copied profile's events are taken for one's own, and one's own for delivered",
        found_by=_vitest("requests.test.ts", "not another device"),
    ),
    Mutant(
        name="receipt-of-what-was-let-go-counts",
        file=f"{_SYNC}requests.ts",
        find="  return after ? after.prev === said.head_hash : acked_seq < head.seq;",
        replace="  return acked_seq < head.seq;",
        imitates="H43, H54: a copied profile's events in a restored server are taken for one's own that were let go of",
        found_by=_vitest("requests.test.ts", "was let go of"),
    ),
    Mutant(
        name="anybody-signs-receipts",
        file=f"{_SYNC}signed.ts",
        find="  return (await verifies(key, sig, text)) ? 'signed' : 'not_signed';",
        replace="  return (await verifies(key, sig, text)) || text !== '' ? 'signed' : 'not_signed';",
        imitates="H55: whoever stands between phone and office says that everything has arrived",
        found_by=_vitest("signed.test.ts", "nothing counts with a changed word"),
    ),
    Mutant(
        name="acknowledged-by-word-alone",
        file=f"{_SYNC}requests.ts",
        find="  if (receipt === null) return acked_seq <= known_seq;",
        replace="  if (receipt === null) return true;",
        imitates="H65: called delivered without a receipt",
        found_by=_vitest("requests.test.ts", "none at all acknowledges nothing"),
    ),
    Mutant(
        name="other-branch-acknowledges",
        file=f"{_SYNC}onSync.ts",
        find="Math.min(reply.acked_seq, fork - 1, receipt_fits ? state.head_seq : surely)",
        replace="Math.min(reply.acked_seq, state.head_seq)",
        imitates="H54: what a copied profile sent is taken for what this phone recorded",
        found_by=_MODEL,
    ),
    Mutant(
        name="batch-counts-as-acknowledged",
        file=f"{_SYNC}onSync.ts",
        find="Math.min(reply.acked_seq, fork - 1, receipt_fits ? state.head_seq : surely)",
        replace="Math.max(busy.to, Math.min(reply.acked_seq, fork - 1, receipt_fits ? state.head_seq : surely))",
        imitates="H39, H65: what was sent is taken for what was stored",
        found_by=_MODEL,
    ),
    Mutant(
        name="idle-phone-does-not-resend",
        file=f"{_SYNC}onSync.ts",
        find="      if (isBehind(state, problem)) return onServerBehind(state, problem.acked_seq, effects);\n",
        replace="",
        imitates="H43, cht-core 8093: the server was restored, and a phone with nothing new never sends the rest again",
        found_by=_vitest("machine.test.ts", "an idle phone whose server has less"),
    ),
    Mutant(
        name="closed-epochs-stay-behind",
        file=f"{_SYNC}onSync.ts",
        find="  if (restored) effects.unshift({ type: 'record_older', epoch: state.epoch });\n",
        replace="",
        imitates="H43: after a restore only the newest part of the log is sent again",
        found_by=_vitest("machine.test.ts", "a server that knows less than before"),
    ),
    Mutant(
        name="old-lineage-still-counts",
        file=f"{_SYNC}keepReply.ts",
        find="    acked: { ...(same ? mark.acked : {}), [String(epoch)]: acked_seq },",
        replace="    acked: { ...mark.acked, [String(epoch)]: acked_seq },",
        imitates="H43: what a replaced database had acknowledged counts as delivered to the restored one",
        found_by=_vitest("keepReply.test.ts", "nothing that the former lineage said counts"),
    ),
    Mutant(
        name="hole-denied",
        file=f"{_SYNC}syncState.ts",
        find="    events: state.waiting.filter(({ seq }) => seq > state.said_seq).length,\n",
        replace="    events: state.head_seq - state.acked_seq,\n",
        imitates="H09: one damaged event holds back everything behind it, and nobody is told",
        found_by=_vitest("machine.test.ts", "pending says honestly what is held"),
    ),
    Mutant(
        name="damaged-passes-for-whole",
        file="app/pwa/src/db/facts.ts",
        find="  for (const event of events) if (await isIntact(store.sha256, event)) whole.push(event);",
        replace="  for (const event of events) whole.push(event);",
        imitates="H08, H55: a record that the browser mixed up is signed anew and sent as if it were what was saved",
        found_by=_vitest("hole.test.ts", "in the middle"),
    ),
    Mutant(
        name="photos-before-events",
        file=f"{_SYNC}next.ts",
        find="  if (to >= from || (state.pull",
        replace="  if ((to >= from && state.blobs.length === 0) || (state.pull",
        imitates="H10, H53: photos travel before the record that names them",
        found_by=_vitest("machine.blobs.test.ts", "no blob goes before its event"),
    ),
    Mutant(
        name="retry-after-forgotten",
        file=f"{_SYNC}backoff.ts",
        find="Math.max(0, (retry_after_s ?? 0) * 1000)",
        replace="Math.max(0, (retry_after_s ?? 0) * 0)",
        imitates="H37: an overloaded server is asked again at once, by every phone",
        found_by=_MODEL,
    ),
    Mutant(
        name="unnamed-photo-offered-for-ever",
        file=f"{_SYNC}onBlob.ts",
        find="  if (whole) return [named ? ended : changed(",
        replace="  if (whole) return [whole ? ended : changed(",
        imitates="H37: a photo whose record is lost is offered every five minutes for ever, and nobody is told",
        found_by=_MODEL,
    ),
    Mutant(
        name="poison-stops-the-queue",
        file=f"{_SYNC}next.ts",
        find="  return ready.find(({ failures }) => failures === fewest);",
        replace="  return fewest < 0 ? undefined : ready[0];",
        imitates="H37, hercycle-ai 308: one photo that the server chokes on keeps back all others",
        found_by=("vitest", "src/sync/machine.blobs.test.ts"),
    ),
    Mutant(
        name="standard-before-everything",
        file=f"{_SYNC}next.ts",
        find="  if (standard && !(blob && blob.failures < standard.failures)) {",
        replace="  if (standard) {",
        imitates="H37: a standard that cannot be had keeps back all photos",
        found_by=_vitest("machine.blobs.test.ts", "lets the blobs pass"),
    ),
    Mutant(
        name="login-page-is-a-receipt",
        file=f"{_SYNC}requests.ts",
        find="  if (receipt) return { type: 'blob_receipt', sha256, receipt };",
        replace="""  const anything = { text: '', sig: '', key_id: '' };
  if (answer.status === 200) return { type: 'blob_receipt', sha256, receipt: receipt ?? anything };""",
        imitates="H33: a redirect ends on a login page with status 200, which is taken for success",
        found_by=_vitest("requests.test.ts", "is nobody's word"),
    ),
    Mutant(
        name="clock-turned-back-waits",
        file=f"{_SYNC}machine.ts",
        find="  if (by_ms >= 0) return { ...state, clock_ms: now_ms };",
        replace="  if (by_ms > -Infinity) return { ...state, clock_ms: now_ms };",
        imitates="H45: hands that are set back by a day make the phone wait for a day",
        found_by=_vitest("machine.test.ts", "hands that are turned back"),
    ),
    Mutant(
        name="unknown-device-gives-up",
        file=f"{_SYNC}disposition.ts",
        find="  'device-unknown': 'readmit',\n",
        replace="",
        imitates="H43: a phone enrolled after the backup is a stranger to the restored server for ever",
        found_by=_MODEL,
    ),
    Mutant(
        name="saved-while-reading-forgotten",
        file=f"{_SYNC}machine.ts",
        find="  if (state.working) return [{ ...state, stale: true }, []];",
        replace="  if (state.working) return [state, []];",
        imitates="H31: what is saved while something else is under way waits until the next start",
        found_by=_vitest("machine.test.ts", "is not forgotten: it is read once more"),
    ),
    Mutant(
        name="deleted-without-receipt",
        file="app/pwa/src/db/retention.ts",
        find="    life.receipted &&\n",
        replace="",
        imitates="H63, collect 6125: cleaned away though never delivered",
        found_by=("vitest", "src/db/retention.test.ts"),
    ),
    Mutant(
        name="unannounced-is-never-sent",
        file=f"{_SYNC}next.ts",
        find="  if (due.pull && due.waiting.length === 0 && due.clock_ms - due.read_ms >= READ_AGAIN_MS) return readAgain(due, effects);\n",
        replace="",
        imitates="H51: a page saved, its word was lost, and 'all sent' stood on the screen until the next start",
        found_by=_MODEL,
    ),
    Mutant(
        name="deleted-with-photo-unsent",
        file="app/pwa/src/db/retention.ts",
        find="    life.blobs_receipted.every(Boolean) &&\n",
        replace="",
        imitates="H10, H63: the record arrived, so its photos are cleaned away",
        found_by=("vitest", "src/db/retention.test.ts"),
    ),
)
