import { defineConfig } from 'vitest/config';

// The page lands inside the gateway's package, which serves it; relative URLs keep it working behind a prefix.
export default defineConfig({
  base: './',
  build: {
    outDir: '../services/gateway/src/projector_gateway/page',
    emptyOutDir: true,
    target: 'es2022',
    sourcemap: false,
    chunkSizeWarningLimit: 900,
    reportCompressedSize: false,
  },
  test: {
    include: ['tests/**/*.test.ts'],
    setupFiles: ['tests/support/put-back.ts'],
    // One process and one load of the sources for all files; each test puts back what it changed.
    isolate: false,
    unstubGlobals: true,
    restoreMocks: true,
    css: true, // some tests read the style sheets
  },
});
