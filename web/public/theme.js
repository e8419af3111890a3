// Runs before the first paint, so that a dark page never flashes white. state/preferences.ts owns what is stored here.
(() => {
  let theme = null;
  try {
    theme = JSON.parse(localStorage.getItem('projector.preferences') ?? '{}').theme;
  } catch {
    // Storage is forbidden or holds something else: the system's preference counts.
  }
  const system = matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light';
  document.documentElement.dataset.theme = theme === 'light' || theme === 'dark' ? theme : system;
})();
