import { render } from 'preact';
import { App } from './app.tsx';
import { finishSignIn, shareSession } from './session.ts';

const root = document.getElementById('console');
if (root === null) throw new TypeError('the document has no place for the page');
const back = await finishSignIn();
if (back !== null) history.replaceState(null, '', back);
shareSession();
render(<App />, root);
