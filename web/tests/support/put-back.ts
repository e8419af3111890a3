/** All test files share one process: what the last test of one put in place of a browser's globals must not meet the next. */

import { afterAll, vi } from 'vitest';

afterAll(() => {
  vi.unstubAllGlobals();
});
