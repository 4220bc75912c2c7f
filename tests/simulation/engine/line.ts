/** The phone's way to the office: draws a fault for each request and names it to the line outside, which does it for real. */
import type { Draw } from './draw';
import { exchange } from './exchange';

const STATUSES = [401, 403, 404, 410, 413, 422, 429, 500, 503];

const WEIGHTS = {
  lose_request: 3,
  lose_reply: 4,
  cut_request: 2,
  cut_reply: 2,
  twice: 1.5,
  late_twin: 1.5,
  delay: 1,
  portal: 1,
  redirect: 0.7,
  status: 4,
  hang: 0.15,
};

export interface Way {
  /** The line with faults. */
  readonly faulty: string;
  /** The server itself, for requests that meet no fault. */
  readonly direct: string;
  /** How long a request may take, in real milliseconds; the app's own limit is in `sync/answer.ts`. */
  patience_ms: number;
}

/** What a phone sends through. */
export interface Line {
  /** The chance of a fault, in [0, 1]. */
  badness: number;
  /** What a request takes of the phone's time. */
  spend: (ms: number) => void;
  fetch(address: string, init: RequestInit): Promise<Response>;
}

export class FaultyLine implements Line {
  readonly #way: Way;
  readonly #draw: Draw;
  badness = 0;
  spend: (ms: number) => void = () => undefined;

  constructor(way: Way, draw: Draw) {
    this.#way = way;
    this.#draw = draw;
  }

  async fetch(address: string, init: RequestInit): Promise<Response> {
    const headers = { ...(init.headers as Record<string, string> | undefined) };
    const fault = this.#fault();
    if (fault) headers['x-fault'] = fault;
    try {
      return await exchange((fault ? this.#way.faulty : this.#way.direct) + address, init, headers, this.#way.patience_ms);
    } finally {
      this.spend(this.#draw.is(0.02) ? this.#draw.below(40_000) : 20 + this.#draw.below(400));
    }
  }

  #fault(): string | null {
    if (!this.#draw.is(this.badness)) return null;
    const name = this.#draw.weighed(WEIGHTS);
    return name === 'status' ? `status:${this.#draw.from(STATUSES)}` : name;
  }
}
