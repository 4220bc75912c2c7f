/** Installers, their phones, and letting a phone in. */
import { get, query, send } from './api';
import type { EnrolmentCode, Person } from './shapes';

export async function installers(): Promise<readonly Person[]> {
  return (await get<{ people: Person[] }>(`/people${query({ role: 'installer' })}`)).people;
}

export function enrolmentCode(userId: string): Promise<EnrolmentCode> {
  return send('POST', '/enrolment-codes', { user_id: userId });
}

export function revoke(deviceId: string): Promise<void> {
  return send('POST', `/devices/${encodeURIComponent(deviceId)}/revoke`);
}
