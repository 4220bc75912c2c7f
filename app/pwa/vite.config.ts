import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';
import { buildId } from './build/buildId.ts';
import { compressed } from './build/compressed.ts';
import { serviceWorkers } from './build/serviceWorkers.ts';

const root = fileURLToPath(new URL('.', import.meta.url));
const build = buildId(root);

export default defineConfig({
  root,
  base: '/static/',
  define: { __BUILD__: JSON.stringify(build) },
  plugins: [
    serviceWorkers(
      [
        { entry: 'src/sw/app.ts', output: 'sw.js', page: 'app.html', address: '/app/' },
        { entry: 'src/sw/verify.ts', output: 'verify-sw.js', page: 'verify.html', address: '/verify' },
        { entry: 'src/sw/rescue.ts', output: 'rescue-sw.js', page: 'rescue.html', address: '/rescue' },
      ],
      build,
    ),
    compressed(),
  ],
  build: {
    outDir: 'static',
    emptyOutDir: true,
    target: 'es2022',
    sourcemap: 'hidden',
    // Nothing inline: the content security policy allows no data: scripts or styles, and a file can be cached.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      input: ['app.html', 'console.html', 'rescue.html', 'verify.html'],
      // What every start of the app needs is one file: left alone, each lazy part that uses some of it would split it further.
      output: { codeSplitting: { includeDependenciesRecursively: false, groups: [{ name: 'storage', test: /src\/(?:db\/(?!sweep|room|retention)\w+|state\/(?:held|record|delivery|drafts|outside|phone|late|jobs|items))\.ts/ }] } },
    },
  },
  worker: { format: 'es' },
});
