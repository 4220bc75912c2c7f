/**
 * A word in another drawer of the browser that this phone was enrolled. Whoever empties the database and the files often leaves
 * it. It is only ever a hint: it may be gone, old, or written by nobody knows whom.
 */
export interface Witness {
  readonly label: string;
  readonly user_name: string;
  readonly enrolled_at: string;
}

const NAME = 'doorstep.phone';

export function leaveWitness(witness: Witness): void {
  try {
    localStorage.setItem(NAME, JSON.stringify(witness));
  } catch {
    // Then there is one hint less.
  }
}

export function readWitness(): Witness | null {
  try {
    const value = JSON.parse(localStorage.getItem(NAME) ?? 'null') as Partial<Witness> | null;
    if (typeof value?.label !== 'string' || typeof value.user_name !== 'string' || typeof value.enrolled_at !== 'string') return null;
    return { label: value.label, user_name: value.user_name, enrolled_at: value.enrolled_at };
  } catch {
    return null;
  }
}
