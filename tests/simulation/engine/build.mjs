/** Bundles the harness with the app's own sources: `node build.mjs <pwa folder> <output file> <entry>`. */
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { resolve } from 'node:path';

const [pwa, file, entry] = process.argv.slice(2);
const require = createRequire(`${resolve(pwa)}/package.json`);
const { rolldown } = await import(pathToFileURL(require.resolve('rolldown')).href);

const bundle = await rolldown({
  input: entry,
  platform: 'node',
  resolve: { modules: [`${resolve(pwa)}/node_modules`] },
  logLevel: 'silent',
});
await bundle.write({ file, format: 'esm', codeSplitting: false });
await bundle.close();
