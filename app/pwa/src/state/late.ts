/** Facts that the database could not take: they are tried again until it does. */
import { takeUpLate } from '../db/facts';
import type { EvidenceStore } from '../db/evidence';
import { lateEvent, readLate } from '../db/late';
import { getMeta } from '../db/meta';
import { announce } from './announce';
import { hasLateEvents, readAgain, setLateEvents } from './held';
import { phoneHere } from './phone';

const AGAIN_MS = 15_000;

let timer: ReturnType<typeof setTimeout> | undefined;
let taking: Promise<boolean> | null = null;
/** The files could not be read: whether something waits there is not known. */
let unread = false;

export function lateUnread(): boolean {
  return unread;
}

/** In the background, as long as something waits. */
export function takeUpSoon(): void {
  if ((!hasLateEvents() && !unread) || timer !== undefined) return;
  timer = setTimeout(() => {
    timer = undefined;
    void takeUp().then(takeUpSoon);
  }, AGAIN_MS);
}

/** Whatever the database does not take waits on, and is shown as before. False when the files could not be read. */
export async function takeUp(): Promise<boolean> {
  // One that has begun may have looked too early.
  await taking;
  taking ??= takeAll().finally(() => (taking = null));
  return taking;
}

async function takeAll(): Promise<boolean> {
  const phone = phoneHere();
  if (!phone) return true;
  const { store, writer } = phone;
  try {
    const events = await takeUpLate(store, writer);
    if (events.length > 0) await readAgain(store, 'events');
    for (const event of events) await announce(event);
  } catch {
    // It still does not work.
  } finally {
    const left = (await filesAway(store)) ? null : await readLate(store).catch(() => null);
    unread = left === null;
    if (left) setLateEvents(left.map(({ fact }) => lateEvent(fact, writer.device_id)));
  }
  return !unread;
}

/** Whether this phone kept a second copy before and could not open that store this time: a page that is ending may still hold it. */
async function filesAway(store: EvidenceStore): Promise<boolean> {
  if (store.files) return false;
  const install = await getMeta(store.database, 'install').catch(() => null);
  return install?.filed ?? false;
}
