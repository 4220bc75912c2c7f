/** A crew on several phones: who belongs to it, and who did what. A name stands where it was somebody else than this phone's owner. */
import { useEffect } from 'preact/hooks';
import { isAt, type Step } from '../../domain/checklist';
import { countedPhotos, type Recorded } from '../../domain/job';
import { identity } from '../../state/app';
import { freshen } from '../../state/company';
import type { JobView } from '../../state/jobs';
import { Icon } from '../parts/icon';
import { isDone } from './work';
import { sayJob } from './words-job';

const ASKED_EVERY_MS = 10_000;

/** The name of who recorded something, unless it was this phone's owner or nobody here knows the name. */
export function colleague(view: JobView, actor: string): string | null {
  if (actor === identity.value?.user.id) return null;
  return Object.hasOwn(view.people, actor) ? (view.people[actor] ?? null) : null;
}

/** "With Zhao Min"; nothing for who works alone. */
export function CrewLine({ view }: { readonly view: JobView }) {
  const names = view.state.crew.flatMap((actor) => colleague(view, actor) ?? []);
  if (names.length === 0) return null;
  return (
    <p class="row" data-testid="crew">
      <Icon name="user" />
      <span>{sayJob('crew_with', { names: names.join(sayJob('and')) })}</span>
    </p>
  );
}

/** Which colleague was the last to record something for a step; null when it was this phone's owner, or nothing is recorded. */
export function lastHand(view: JobView, step: Step): string | null {
  if (view.state.crew_ever.length < 2) return null;
  const { answers, scans, acknowledgements } = view.state;
  const here: Recorded[] = [
    ...answers.filter((one) => one.current && isAt(one, step)),
    ...countedPhotos(view.state).filter((one) => isAt(one, step)),
    ...scans.filter((one) => isAt(one, step)),
    ...acknowledgements.filter((one) => isAt(one, step)),
  ];
  const last = here.reduce<Recorded | null>((newest, one) => (newest === null || one.rev > newest.rev ? one : newest), null);
  return last && colleague(view, last.actor);
}

/** While a job that is under way is on the screen of one of several, what the others record comes soon. */
export function useCompany(view: JobView | null): void {
  const together = view !== null && view.state.crew.length > 1 && !isDone(view.state);
  useEffect(() => {
    if (!together) return;
    freshen();
    const timer = setInterval(freshen, ASKED_EVERY_MS);
    return () => clearInterval(timer);
  }, [together]);
}
