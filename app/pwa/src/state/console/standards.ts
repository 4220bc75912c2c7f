/** The published service standards, and one of them as its document says it. */
import type { Standard, Translated } from '../../domain/standard';
import { get } from './api';

export interface PublishedVersion {
  readonly standard_id: string;
  readonly version: string;
  readonly digest: string;
  readonly title: Translated;
  readonly summary: Translated | null;
  readonly categories: readonly string[];
  readonly rules: number;
  readonly published_at: string;
  readonly is_newest: boolean;
}

export async function publishedStandards(): Promise<readonly PublishedVersion[]> {
  return (await get<{ standards: PublishedVersion[] }>('/standards')).standards;
}

export function standardOf(digest: string): Promise<Standard> {
  return get(`/standards/${encodeURIComponent(digest)}`);
}
