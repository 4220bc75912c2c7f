import boundaries from 'eslint-plugin-boundaries';
import tseslint from 'typescript-eslint';

const LAYERS = ['domain', 'db', 'sync', 'device', 'state', 'ui', 'sw', 'rescue', 'testing'];

/** Files of one layer may import files of the others named. */
const may = (from, ...to) => ({
  from: { element: { type: from } },
  allow: { to: { element: { types: { anyOf: [from, ...to] } } } },
});

/** A package may be imported by one layer only. */
const onlyIn = (type, source) => ({
  from: { element: { type: `!${type}` } },
  disallow: { to: { module: { origin: 'external', source } } },
});

const PURE = ['Date', 'crypto', 'fetch', 'navigator', 'localStorage', 'indexedDB', 'document', 'window', 'setTimeout', 'performance'].map(
  (name) => ({ name, message: 'This part is pure: what it needs comes in as an argument.' }),
);

export default tseslint.config(
  { ignores: ['static', 'node_modules'] },
  ...tseslint.configs.strict,
  {
    files: ['src/**/*.{ts,tsx}'],
    plugins: { boundaries },
    languageOptions: {
      parserOptions: {
        ecmaFeatures: { jsx: true },
        project: ['app', 'sw', 'workers', 'test'].map((runtime) => `tsconfig.${runtime}.json`),
        tsconfigRootDir: import.meta.dirname,
      },
    },
    settings: {
      'boundaries/elements': LAYERS.map((type) => ({ type, pattern: `src/${type}` })),
      'import/resolver': { node: { extensions: ['.ts', '.tsx'] } },
    },
    rules: {
      'boundaries/dependencies': [
        'error',
        {
          default: 'disallow',
          checkAllOrigins: true,
          policies: [
            { allow: { to: { module: { origin: 'external' } } } },
            { allow: { to: { module: { origin: 'core' } } } },
            may('domain'),
            may('db', 'domain'),
            may('sync', 'db', 'domain'),
            may('device', 'domain'),
            may('state', 'sync', 'db', 'device', 'domain'),
            may('ui', 'state', 'device', 'domain'),
            may('sw'),
            // It must work when nothing else does.
            may('rescue'),
            may('testing', 'domain', 'db', 'sync'),
            onlyIn('db', 'idb'),
          ],
        },
      ],
      'no-restricted-globals': ['error', { name: 'localStorage', message: 'It survives no crash. Keep it in the database.' }],
      'no-console': 'error',
      '@typescript-eslint/no-non-null-assertion': 'error',
      // A promise that nobody waits for is a save that nobody knows has failed.
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/await-thenable': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
    },
  },
  // Pixels are counted by the million and by loops that cannot leave the picture.
  { files: ['src/device/{ladder,photo-measure}.ts'], rules: { '@typescript-eslint/no-non-null-assertion': 'off' } },
  // A test may set the stage with any layer's parts.
  { files: ['src/**/*.test.{ts,tsx}'], rules: { 'boundaries/dependencies': 'off' } },
  // Which colours the console shows is no evidence, and is wanted before the first paint.
  // What is typed in a draft is the office's own; the browser only keeps what the office does not have yet.
  // A hint in another drawer than the database's tells that the database was emptied; nothing is built on it.
  { files: ['src/state/console/preferences.ts', 'src/state/console/draft-editor.ts', 'src/device/witness.ts'], rules: { 'no-restricted-globals': 'off' } },
  {
    files: ['src/domain/**/*.ts', 'src/sync/{machine,next,onBlob,onSync,syncState,backoff,disposition}.ts'],
    ignores: ['**/*.test.ts'],
    rules: {
      'no-restricted-globals': ['error', ...PURE],
      'no-restricted-properties': ['error', { object: 'Math', property: 'random', message: 'This part is pure: chance comes in as an argument.' }],
    },
  },
);
