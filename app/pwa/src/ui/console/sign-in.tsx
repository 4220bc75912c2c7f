/** The door: login and password, with errors that say what to do. */
import { useEffect, useRef, useState } from 'preact/hooks';
import { ApiProblem } from '../../state/console/api';
import { signIn } from '../../state/console/session';
import { Icon } from '../parts/icon';
import { Notice } from '../parts/notice';
import { Choices } from './choices';
import { troubleOf, type Trouble } from './trouble';
import { words } from './words';

export function SignIn() {
  const [login, setLogin] = useState('');
  const [password, setPassword] = useState('');
  const [seen, setSeen] = useState(false);
  const [busy, setBusy] = useState(false);
  const [trouble, setTrouble] = useState<Trouble | null>(null);
  const waits_s = useCountdown();
  const field = useRef<HTMLInputElement>(null);

  useEffect(() => {
    document.title = `${words('sign_in')} · ${words('app')}`;
    field.current?.focus();
  }, []);

  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    if (busy || waits_s.left > 0) return;
    if (login.trim() === '' || password === '') {
      setTrouble({ title: words('fill_both'), help: '' });
      return;
    }
    setBusy(true);
    setTrouble(null);
    try {
      await signIn(login.trim(), password);
    } catch (error) {
      if (error instanceof ApiProblem && error.slug === 'too-many-requests') waits_s.start(error.number('retry_after_s') ?? 60);
      else setTrouble(signInTrouble(error));
      setPassword('');
    } finally {
      setBusy(false);
    }
  };

  return (
    <main class="door" id="content">
      <div class="door-card card stack">
        <h1 class="brand big">
          <Icon name="door-open" />
          <span>{words('app')}</span>
          <small class="quiet">{words('console')}</small>
        </h1>
        <p class="quiet">{words('sign_in_lead')}</p>
        <form class="stack" onSubmit={(event) => void submit(event)} noValidate data-testid="sign-in">
          <div class="field">
            <label for="login">{words('login')}</label>
            <input
              ref={field}
              id="login"
              class="input"
              autocomplete="username"
              autocapitalize="none"
              spellcheck={false}
              maxLength={120}
              value={login}
              data-testid="login"
              onInput={(event) => setLogin(event.currentTarget.value)}
            />
          </div>
          <div class="field">
            <label for="password">{words('password')}</label>
            <input
              id="password"
              class="input"
              {...(seen ? { type: 'text' as const } : { type: 'password' as const })}
              autocomplete="current-password"
              maxLength={200}
              value={password}
              data-testid="password"
              onInput={(event) => setPassword(event.currentTarget.value)}
            />
            <label class="check small">
              <input type="checkbox" checked={seen} onChange={(event) => setSeen(event.currentTarget.checked)} />
              {words('show_password')}
            </label>
          </div>
          {waits_s.left > 0 ? (
            <Notice tone="warn" title={words('throttled')} testid="sign-in-throttled">
              <p role="timer">{words('throttled_do', { n: waits_s.left })}</p>
            </Notice>
          ) : (
            trouble && (
              <Notice tone="stop" title={trouble.title} alert testid="sign-in-problem">
                {trouble.help !== '' && <p>{trouble.help}</p>}
              </Notice>
            )
          )}
          <button type="submit" class="button primary" disabled={busy || waits_s.left > 0} aria-busy={busy} data-testid="sign-in-go">
            {busy ? words('signing_in') : words('sign_in')}
          </button>
        </form>
        <Choices />
      </div>
    </main>
  );
}

function signInTrouble(error: unknown): Trouble {
  if (!(error instanceof ApiProblem)) return troubleOf(error);
  if (error.slug === 'sign-in-failed') return { title: words('sign_in_failed'), help: words('sign_in_failed_do') };
  if (error.slug === 'forbidden') return { title: words('no_console_role'), help: words('no_console_role_do') };
  return troubleOf(error);
}

/** Seconds that are left, counting down to nothing. */
function useCountdown(): { readonly left: number; readonly start: (seconds: number) => void } {
  const [until_ms, setUntil] = useState(0);
  const [now_ms, setNow] = useState(0);
  useEffect(() => {
    if (until_ms === 0) return;
    const timer = setInterval(() => setNow(Date.now()), 500);
    return () => clearInterval(timer);
  }, [until_ms]);
  const start = (seconds: number): void => {
    setNow(Date.now());
    setUntil(Date.now() + seconds * 1000);
  };
  return { left: Math.max(0, Math.ceil((until_ms - now_ms) / 1000)), start };
}
