// The app's build puts its name in here.
globalThis.__BUILD__ = 'engine';
