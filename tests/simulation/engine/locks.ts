/** Web Locks over the tabs of one phone: a tab that is killed gives up what it holds and no longer waits for anything. */
import type { Tab } from './tab';

interface Claim {
  readonly tab: Tab;
  readonly granted: () => void;
  readonly stolen: () => void;
}

export class Locks {
  readonly #held = new Map<string, Claim>();
  readonly #waiting = new Map<string, Claim[]>();

  /** Run `work` under the lock. Never ends when the tab dies first. */
  async during<T>(name: string, tab: Tab, work: () => Promise<T>): Promise<T> {
    await tab.alive();
    const claim = await new Promise<Claim>((resolve) => {
      const mine: Claim = { tab, granted: () => resolve(mine), stolen: () => undefined };
      this.#ask(name, mine);
    });
    try {
      return await work();
    } finally {
      this.#release(name, claim);
    }
  }

  /** Hold the lock from when it is free until the tab dies or another steals it. */
  keep(name: string, tab: Tab, told: (held: boolean) => void): void {
    this.#ask(name, { tab, granted: () => told(true), stolen: () => this.#lost(name, tab, told) });
  }

  steal(name: string, tab: Tab, told: (held: boolean) => void): void {
    const before = this.#held.get(name);
    this.#held.set(name, { tab, granted: () => undefined, stolen: () => this.#lost(name, tab, told) });
    before?.stolen();
    told(true);
  }

  holder(name: string): Tab | null {
    return this.#held.get(name)?.tab ?? null;
  }

  isIn(name: string, tab: Tab): boolean {
    return this.holder(name) === tab || (this.#waiting.get(name) ?? []).some((claim) => claim.tab === tab);
  }

  forget(tab: Tab): void {
    for (const [name, claims] of this.#waiting) this.#waiting.set(name, claims.filter((claim) => claim.tab !== tab));
    for (const [name, claim] of [...this.#held]) if (claim.tab === tab) this.#release(name, claim);
  }

  /** Who loses the lead waits for it again. */
  #lost(name: string, tab: Tab, told: (held: boolean) => void): void {
    told(false);
    this.keep(name, tab, told);
  }

  #ask(name: string, claim: Claim): void {
    if (this.#held.has(name)) {
      this.#waiting.set(name, [...(this.#waiting.get(name) ?? []), claim]);
      return;
    }
    this.#held.set(name, claim);
    claim.granted();
  }

  #release(name: string, claim: Claim): void {
    if (this.#held.get(name) !== claim) return;
    this.#held.delete(name);
    const [next, ...rest] = this.#waiting.get(name) ?? [];
    this.#waiting.set(name, rest);
    if (!next) return;
    this.#held.set(name, next);
    next.granted();
  }
}
