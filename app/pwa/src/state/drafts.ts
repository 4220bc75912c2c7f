/** What is being typed or drawn and is no fact yet. A killed app comes back with it. */
import type { Json } from '../domain/events';
import { storeHere } from './phone';

export async function saveDraft(key: string, value: Json): Promise<void> {
  await storeHere()
    ?.database.run((db) => db.put('drafts', value, key))
    .catch(() => undefined);
}

export async function loadDraft(key: string): Promise<Json | null> {
  const found = await storeHere()
    ?.database.run((db) => db.get('drafts', key))
    .catch(() => undefined);
  return found ?? null;
}

export async function clearDraft(key: string): Promise<void> {
  await storeHere()
    ?.database.run((db) => db.delete('drafts', key))
    .catch(() => undefined);
}
