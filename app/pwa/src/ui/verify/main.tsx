import { render } from 'preact';

const root = document.getElementById('root');
if (root) render(<p>Doorstep: check a proof ({__BUILD__})</p>, root);
