import { render } from 'preact';

const root = document.getElementById('root');
if (root) render(<p>Doorstep ({__BUILD__})</p>, root);
