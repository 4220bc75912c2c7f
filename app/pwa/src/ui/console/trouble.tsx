/** What went wrong with a call, in words: what happened, what is safe, what to do. */
import { ApiProblem, NoAnswer } from '../../state/console/api';
import { Button } from '../parts/button';
import { Notice } from '../parts/notice';
import { words } from './words';

export interface Trouble {
  readonly title: string;
  readonly help: string;
}

export function troubleOf(error: unknown): Trouble {
  if (error instanceof NoAnswer) return { title: words('no_answer'), help: words('no_answer_do') };
  if (!(error instanceof ApiProblem)) return { title: words('broke_here'), help: words('broke_here_do') };
  switch (error.slug) {
    case 'not-found':
      return { title: words('not_found'), help: words('not_found_do') };
    case 'forbidden':
    case 'cross-site':
      return { title: words('forbidden'), help: words('forbidden_do') };
    case 'job-state':
      return { title: words('moved_on'), help: words('moved_on_do') };
    case 'invalid-body':
      return { title: words('invalid'), help: words('invalid_do') };
    case 'too-many-requests':
      return { title: words('too_many'), help: words('too_many_do', { n: error.number('retry_after_s') ?? 60 }) };
    case 'unavailable':
      return { title: words('no_answer'), help: words('no_answer_do') };
    default:
      return { title: words('broke'), help: words('broke_do') };
  }
}

/** The same as a notice, with a way to try again when there is one. */
export function TroubleNotice({ error, onRetry, testid = 'trouble' }: {
  readonly error: unknown;
  readonly onRetry?: () => unknown;
  readonly testid?: string;
}) {
  const { title, help } = troubleOf(error);
  return (
    <Notice tone="stop" title={title} alert testid={testid}>
      <p>{help}</p>
      {onRetry && (
        <div>
          <Button testid="try-again" onTap={onRetry}>{words('try_again')}</Button>
        </div>
      )}
    </Notice>
  );
}
