/** Starts the page that checks proofs, and its worker, which lets it open without a connection. */
import { render } from 'preact';
import '../styles/tokens.css';
import '../styles/base.css';
import '../styles/parts.css';
import '../styles/forms.css';
import './verify.css';
import { VerifyPage } from './verify-page';

const root = document.getElementById('root');
if (root) render(<VerifyPage />, root);

if ('serviceWorker' in navigator) {
  navigator.serviceWorker.register('/verify/sw.js', { scope: '/verify' }).then(
    // Nothing on this page can be lost, so a new version may take over at once.
    (registration) => registration.waiting?.postMessage({ type: 'use_new_version' }),
    () => undefined, // Without a worker the page still checks, as long as there is a connection.
  );
}
