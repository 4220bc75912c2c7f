/** Who is signed in to the console. */
import { computed, effect, signal, type ReadonlySignal } from '@preact/signals';
import { ApiProblem, get, send, signedOutElsewhere } from './api';
import type { Session } from './shapes';

type Asked = { readonly step: 'asking' } | { readonly step: 'out' } | { readonly step: 'no_answer' } | { readonly step: 'in'; readonly session: Session };

const asked = signal<Asked>({ step: 'asking' });

/** `no_answer`: the office could not be asked; asking again may help. */
export const sessionStep: ReadonlySignal<Asked['step']> = computed(() => asked.value.step);
export const session: ReadonlySignal<Session | null> = computed(() => (asked.value.step === 'in' ? asked.value.session : null));

let seen = signedOutElsewhere.peek();
effect(() => {
  if (signedOutElsewhere.value === seen) return;
  seen = signedOutElsewhere.value;
  asked.value = { step: 'out' };
});

export async function loadSession(): Promise<void> {
  try {
    asked.value = { step: 'in', session: await get<Session>('/session') };
  } catch (error) {
    asked.value = { step: error instanceof ApiProblem && error.status === 401 ? 'out' : 'no_answer' };
  }
}

/** @throws ApiProblem `sign-in-failed` or `too-many-requests`; NoAnswer. */
export async function signIn(login: string, password: string): Promise<void> {
  const session = await send<Session>('POST', '/session', { login, password });
  asked.value = { step: 'in', session };
}

export async function signOut(): Promise<void> {
  try {
    await send('DELETE', '/session');
  } catch (error) {
    if (!(error instanceof ApiProblem && error.status === 401)) throw error;
  }
  asked.value = { step: 'out' };
}
