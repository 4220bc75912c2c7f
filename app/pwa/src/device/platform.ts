/** What this browser is, as far as it matters for capture and enrolment. */

/** A few words for the office's list of devices, at most 80 characters: `Android Chrome 151`, `iPhone Safari 26.6`. */
export function platformName(agent: string = navigator.userAgent): string {
  const system = /iPhone|iPad|Android|Windows|Mac OS X|CrOS|Linux/.exec(agent)?.[0] ?? 'unknown';
  const browser =
    named(agent, /SamsungBrowser\/(\d+)/, 'Samsung Internet') ??
    named(agent, /EdgA?\/(\d+)/, 'Edge') ??
    named(agent, /Firefox\/(\d+)/, 'Firefox') ??
    named(agent, /(?:Chrome|CriOS)\/(\d+)/, 'Chrome') ??
    named(agent, /Version\/([\d.]+).*Safari/, 'Safari') ??
    'browser';
  return `${system} ${browser}`.slice(0, 80);
}

/** Opened from the home screen rather than in a tab. */
export function isInstalled(): boolean {
  const standalone = 'standalone' in navigator && navigator.standalone === true;
  return standalone || globalThis.matchMedia('(display-mode: standalone), (display-mode: fullscreen)').matches;
}

/** An iPhone's tab and its home-screen app have separate storage, and the tab's is wiped after days: capture only in the app. */
export function isAppleTab(agent: string = navigator.userAgent): boolean {
  const apple = /iPhone|iPad|iPod/.test(agent) || (agent.includes('Macintosh') && navigator.maxTouchPoints > 1);
  return apple && !isInstalled();
}

function named(agent: string, pattern: RegExp, name: string): string | null {
  const version = pattern.exec(agent)?.[1];
  return version === undefined ? null : `${name} ${version}`;
}
