/** Enrolment (PROTOCOL E): the one request that a phone makes before it has a log. */
import type { Identity } from '../db/meta';
import { ask, jsonIn, type Fetch } from './answer';
import { isObject } from './wire';

export interface EnrolRequest {
  readonly code: string;
  readonly alg: Identity['alg'];
  readonly public_key: Readonly<Record<string, string>>;
  readonly label: string;
  readonly platform: string;
  readonly proof: string;
}

export interface Enrolled {
  readonly identity: Identity;
  readonly epoch: number;
  readonly server_epoch: string;
  readonly challenge: string;
}

/** The slug of the problem, or `no-connection`. */
export type Refused = { readonly refused: string };

export async function askToEnrol(fetch: Fetch, request: EnrolRequest): Promise<Enrolled | Refused> {
  const answer = await ask(fetch, '/api/v1/devices/enrol', {
    method: 'POST',
    // The answer's cookie tells, should the storage be emptied, that this phone was here before.
    credentials: 'same-origin',
    headers: { 'Content-Type': 'application/json', Accept: 'application/json' },
    body: JSON.stringify(request),
  });
  if (answer.kind === 'dead') return { refused: 'no-connection' };
  if (answer.kind === 'problem') return { refused: answer.problem.slug ?? 'no-connection' };
  return readEnrolled(jsonIn(answer.headers, answer.body), request.alg) ?? { refused: 'no-connection' };
}

function readEnrolled(value: unknown, alg: Identity['alg']): Enrolled | null {
  if (!isObject(value)) return null;
  const { device_id, epoch, certificate, server_epoch, server_time, challenge } = value;
  const user = readNamed(value['user']);
  const tenant = readNamed(value['tenant']);
  if (!user || !tenant || !isObject(certificate)) return null;
  const { text, sig, key_id } = certificate;
  const texts = [device_id, server_epoch, server_time, challenge, text, sig, key_id];
  if (!texts.every((part) => typeof part === 'string') || !Number.isSafeInteger(epoch)) return null;
  return {
    identity: {
      device_id: device_id as string,
      alg,
      user,
      tenant,
      enrolled_at: server_time as string,
      certificate: { text: text as string, sig: sig as string, key_id: key_id as string },
    },
    epoch: epoch as number,
    server_epoch: server_epoch as string,
    challenge: challenge as string,
  };
}

function readNamed(value: unknown): { id: string; name: string } | null {
  if (!isObject(value) || typeof value['id'] !== 'string' || typeof value['name'] !== 'string') return null;
  return { id: value['id'], name: value['name'] };
}
