/** The first minutes of a phone, loaded only then: a key, the code, the office's answer. */
import { keepEnrolment } from '../db/enrolment';
import type { EvidenceStore } from '../db/evidence';
import type { Identity } from '../db/meta';
import { makeKey, NoKey, publicJwk, sign, type DeviceKey, type KeyShelf } from '../device/key';
import { platformName } from '../device/platform';
import { askToPersist } from '../device/storage';
import { leaveWitness } from '../device/witness';
import { utf8 } from '../domain/log';
import type { Fetch } from '../sync/answer';
import { askToEnrol } from '../sync/enrol';
import { lookBefore, wordsOf } from './before';
import { storeHere } from './phone';

/** Why an enrolment did not happen: a slug of docs/PROBLEMS.md, or `no-connection`, or `no-key` when this browser keeps none. */
export class EnrolFailed extends Error {
  readonly slug: string;

  constructor(slug: string) {
    super(slug);
    this.name = 'EnrolFailed';
    this.slug = slug;
  }
}

export interface Joined {
  readonly store: EvidenceStore;
  readonly identity: Identity;
  readonly key: DeviceKey;
}

export interface Joining {
  readonly code: string;
  readonly label: string;
  /** Nothing at all is here: should somebody have been, it was lost. */
  readonly emptied: boolean;
}

/** @throws EnrolFailed */
export async function becomeDevice(fetch: Fetch, { code, label, emptied }: Joining): Promise<Joined> {
  const store = storeHere();
  if (!store) throw new EnrolFailed('storage');
  // Asked before this enrolment is: from then on the office answers about the new device.
  const was = emptied ? await lookBefore(fetch) : null;
  const key = await newKey(store);
  const asked = await askToEnrol(fetch, {
    code,
    alg: key.alg,
    public_key: await publicJwk(key),
    label,
    platform: platformName(),
    proof: await sign(key, utf8(code)),
  });
  if ('refused' in asked) throw new EnrolFailed(asked.refused);
  await keepEnrolment(store, { ...asked, pair: key.pair, all_lost: was && wordsOf(was) });
  leaveWitness({ label, user_name: asked.identity.user.name, enrolled_at: asked.identity.enrolled_at });
  void askToPersist();
  return { store, identity: asked.identity, key };
}

async function newKey(store: EvidenceStore): Promise<DeviceKey> {
  const shelf: KeyShelf = {
    put: async (pair) => {
      await store.database.run((db) => db.put('keys', pair, 'next'));
    },
    get: async () => (await store.database.run((db) => db.get('keys', 'next'))) ?? null,
  };
  try {
    return await makeKey(shelf);
  } catch (error) {
    if (error instanceof NoKey) throw new EnrolFailed('no-key');
    throw error;
  }
}
