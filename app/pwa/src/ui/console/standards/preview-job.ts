/** A job that was made up for the preview: one unit of the standard's kind, with parts where rules speak of parts. Nothing of it is recorded. */
import { steps, type Key } from '../../../domain/checklist';
import type { Event, JsonObject } from '../../../domain/events';
import { fold } from '../../../domain/job';
import type { FactKind, Kinds } from '../../../domain/kinds';
import type { Asked, Standard } from '../../../domain/standard';
import type { JobView } from '../../../state/jobs';

const NO_HASH = '0'.repeat(64);
const WHEN = '2026-01-01T00:00:00.000Z';

/** What happened at the made-up job, folded as everywhere. */
export type History = readonly Event[];

/** The job before anything was done. Its unit has a part of every name that rules ask for, an indoor one where they name none. */
export function sampleJob(standard: Standard, services: readonly string[], category: string, unitName: string): History {
  const parts = new Set(standard.rules.filter((rule) => rule.per === 'component').map((rule) => rule.component ?? 'indoor'));
  const unit = {
    unit_id: 'unit',
    gtin: '00000000000000',
    category,
    name: unitName,
    serial: null,
    components: [...parts].map((name) => ({ component_id: name, name, gtin: null, serial: null })),
  };
  const created: Kinds['job.created'] = {
    order_ref: '',
    services: [...services],
    customer: { name: '', phone: '', language: 'en' },
    address: { lines: [], city: '' },
    units: [unit],
  } as Kinds['job.created'];
  const crew: Kinds['job.dispatched'] = { visit_id: 'visit', station_id: '', crew: ['me'], standards: [] };
  return [event(1, 'job.created', created), event(2, 'job.dispatched', crew)];
}

export function viewOf(history: History, standard: Standard): JobView {
  const state = fold(history);
  return {
    job_id: 'preview',
    rev: history.length,
    state,
    standards: [standard],
    steps: steps(state, [standard]),
    offline_ready: true,
    not_ready_why: [],
    people: {},
    items: { total: 0, delivered: 0, on_phone: 0 },
    update_needed: false,
  };
}

/** One more fact. */
export function after<K extends FactKind>(history: History, kind: K, data: Kinds[K]): History {
  return [...history, event(history.length + 1, kind, data)];
}

/** The fact that gives a step one thing that it asks for besides an answer: a photo, a scan, the customer's agreement or decision. */
export function given(history: History, { step_id, unit_id, component }: Key, asked: Asked): History {
  const place = { step_id: step_id ?? '', unit_id, component };
  const signed = { typed_name: '…', name: '…', relation: 'customer', language: 'en' } as const;
  switch (asked.kind) {
    case 'photo':
      return after(history, 'photo.captured', { ...place, photo_id: `photo-${history.length}`, role: asked.role, sha256: NO_HASH, size: 1, mime: 'image/jpeg', w: 1, h: 1, source: 'camera' });
    case 'scan':
      return after(history, 'unit.scanned', { ...place, raw: '', symbology: 'qr', method: 'camera', verdict: 'match' });
    case 'acknowledge':
      return after(history, 'step.acknowledged', { ...place, text_sha256: NO_HASH, text_size: 1, ...signed });
    case 'signoff':
      return after(history, 'signoff.recorded', { outcome: 'accepted', statement_sha256: NO_HASH, statement_size: 1, ...signed });
    default:
      return history;
  }
}

function event(rev: number, kind: string, data: object): Event {
  return { rev, device_id: 'preview', event_id: `event-${rev}`, kind, kv: 1, at: WHEN, seen_rev: rev - 1, actor: 'me', data: data as JsonObject, flags: [], redacted: false };
}
