/** The console: the door, or the frame with the page that the address names. */
import { useEffect, useState } from 'preact/hooks';
import { loadSession, session, sessionStep } from '../../state/console/session';
import { Boundary } from '../parts/boundary';
import { Button } from '../parts/button';
import { lazy } from '../parts/lazy';
import { Notice } from '../parts/notice';
import { ToastPlace } from '../parts/toast';
import { JobPage } from './job/job-page';
import { PendingBar, undoNow } from './job/pending-bar';
import { KeysHelp } from './keys-help';
import { place, route } from './navigation';
import { useFreshAlerts } from './phones/alert-notes';
import { QueuePage } from './queue/queue-page';
import { QUEUE } from './route';
import { SignIn } from './sign-in';
import { TopBar } from './top-bar';
import { useKeys } from './use-keys';
import { words } from './words';

const OrdersPage = lazy(async () => (await import('./orders/orders-page')).OrdersPage);
const NewOrderPage = lazy(async () => (await import('./orders/new-order-page')).NewOrderPage);
const PeoplePage = lazy(async () => (await import('./people/people-page')).PeoplePage);
const StandardsPage = lazy(async () => (await import('./standards/standards-page')).StandardsPage);
const StandardPage = lazy<{ digest: string }>(async () => (await import('./standards/standard-page')).StandardPage);
const EditorPage = lazy<{ draftId: string }>(async () => (await import('./standards/editor-page')).EditorPage);
const ConformityPage = lazy(async () => (await import('./conformity/conformity-page')).ConformityPage);
const PhonesPage = lazy(async () => (await import('./phones/phones-page')).PhonesPage);
const QuarantinePage = lazy(async () => (await import('./phones/quarantine-page')).QuarantinePage);
const RescuePage = lazy(async () => (await import('./rescue/rescue-page')).RescuePage);
const ProofPage = lazy<{ jobId: string }>(async () => (await import('./proof/proof-page')).ProofPage);

export function App() {
  useEffect(() => void loadSession(), []);
  switch (sessionStep.value) {
    case 'asking':
      return <main class="door" id="content" aria-busy="true"><p class="quiet">{words('loading')}</p></main>;
    case 'no_answer':
      return (
        <main class="door" id="content">
          <Notice tone="stop" title={words('no_answer')} alert>
            <p>{words('no_answer_do')}</p>
            <div><Button testid="try-again" onTap={loadSession}>{words('try_again')}</Button></div>
          </Notice>
        </main>
      );
    case 'out':
      return <SignIn />;
    case 'in':
      return <Inside key={session.value?.user.id} />;
  }
}

function Inside() {
  const [keysShown, setKeysShown] = useState(false);
  useFreshAlerts();
  useKeys('elsewhere', (command) => {
    if (command.do === 'help') setKeysShown(true);
    return command.do === 'help' || (command.do === 'undo' && undoNow());
  });
  return (
    <div class={`console ${route.value.page === 'proof' ? 'console-proof' : ''}`}>
      <TopBar onKeys={() => setKeysShown(true)} />
      <Boundary place={place.value} fallback={(retry) => <Broken onRetry={retry} />}>
        <Page />
      </Boundary>
      <PendingBar />
      <ToastPlace />
      {keysShown && <KeysHelp onClose={() => setKeysShown(false)} />}
    </div>
  );
}

function Page() {
  const here = route.value;
  switch (here.page) {
    case 'queue':
      return <QueuePage />;
    case 'job':
      return <JobPage jobId={here.job_id} />;
    case 'proof':
      return <ProofPage jobId={here.job_id} />;
    case 'orders':
      return <OrdersPage />;
    case 'new_order':
      return <NewOrderPage />;
    case 'people':
      return <PeoplePage />;
    case 'standards':
      return <StandardsPage />;
    case 'standard':
      return <StandardPage key={here.digest} digest={here.digest} />;
    case 'draft':
      return <EditorPage key={here.draft_id} draftId={here.draft_id} />;
    case 'conformity':
      return <ConformityPage />;
    case 'phones':
      return <PhonesPage />;
    case 'rescue':
      return <RescuePage />;
    case 'quarantine':
      return <QuarantinePage />;
    case 'nowhere':
      return <Nowhere />;
  }
}

function Nowhere() {
  return (
    <main class="page" id="content" tabIndex={-1}>
      <Notice tone="warn" title={words('not_found')} testid="nowhere">
        <p>{words('not_found_do')}</p>
        <p><a class="button plain" href={QUEUE}>{words('to_queue')}</a></p>
      </Notice>
    </main>
  );
}

function Broken({ onRetry }: { readonly onRetry: () => void }) {
  return (
    <main class="page" id="content" tabIndex={-1}>
      <Notice tone="stop" title={words('broke_here')} alert>
        <p>{words('broke_here_do')}</p>
        <div><Button onTap={onRetry}>{words('try_again')}</Button></div>
      </Notice>
    </main>
  );
}
