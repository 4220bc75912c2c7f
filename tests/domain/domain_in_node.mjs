/** The phone's pure domain, built in memory by the front end's own Vite, for tests and benches that run in plain Node. */
import { createRequire } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';

const FRONT = new URL('../../app/pwa/', import.meta.url);
const MODULES = ['checklist', 'events', 'job', 'scan'];
const ENTRY = '\0domain';

/** @returns each module of `src/domain` that is used here, by its name */
export async function loadDomain() {
  const { build } = await import(pathToFileURL(createRequire(new URL('package.json', FRONT)).resolve('vite')).href);
  const { output } = await build({
    root: fileURLToPath(FRONT),
    configFile: false,
    logLevel: 'silent',
    plugins: [
      {
        name: 'domain',
        resolveId: (id) => (id === ENTRY ? ENTRY : null),
        load: (id) => (id === ENTRY ? MODULES.map((name) => `export * as ${name} from '/src/domain/${name}.ts';`).join('\n') : null),
      },
    ],
    build: { ssr: true, write: false, rolldownOptions: { input: ENTRY } },
  });
  return import(`data:text/javascript;base64,${Buffer.from(output[0].code).toString('base64')}`);
}
