/** What can go wrong while keeping something, in the two ways that a person can act on. */

/** The phone has no room. What was kept before is still there. */
export class StorageFull extends Error {
  constructor(cause?: unknown) {
    super('the phone has no room left', { cause });
    this.name = 'StorageFull';
  }
}

/** The browser's storage did not work, or did not give back what it was given. */
export class StorageFailed extends Error {
  /** Nobody can tell now whether it was kept: saving the same fact again will find out and keeps it once. */
  readonly unsure: boolean;

  constructor(why: string, cause?: unknown, unsure = false) {
    super(why, { cause });
    this.name = 'StorageFailed';
    this.unsure = unsure;
  }
}

/** Errors after which a fresh connection may work: iOS loses its database server, Chromium its backing store. */
const HEALABLE = new Set(['InvalidStateError', 'UnknownError', 'AbortError', 'TimeoutError']);

export function isHealable(error: unknown): boolean {
  return HEALABLE.has(nameOf(error)) && !isFull(error);
}

/** Any failure of storage, as one of the two. */
export function asStorageError(error: unknown): StorageFull | StorageFailed {
  if (error instanceof StorageFull || error instanceof StorageFailed) return error;
  if (isFull(error)) return new StorageFull(error);
  return new StorageFailed(error instanceof Error ? error.message : String(error), error);
}

/** By name: the class `QuotaExceededError` is new, and older browsers throw a DOMException of that name. */
function isFull(error: unknown): boolean {
  if (nameOf(error) === 'QuotaExceededError') return true;
  // Chromium closes the connection when the disk itself is full and says so only in words.
  return error instanceof Error && error.message.includes('NO_SPACE');
}

function nameOf(error: unknown): string {
  return error instanceof Error || error instanceof DOMException ? error.name : '';
}
