/// <reference types="vitest/config" />
import { defineConfig } from 'vite';
import react from '@vitejs/plugin-react';

// The page is served with `default-src 'self'`: no inline script or style, and no polyfill that would add one.
export default defineConfig({
  plugins: [react()],
  base: './',
  build: {
    target: 'es2022',
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    rollupOptions: {
      output: {
        entryFileNames: 'assets/[name]-[hash].js',
        chunkFileNames: 'assets/[name]-[hash].js',
        assetFileNames: 'assets/[name]-[hash][extname]',
      },
    },
  },
  // `npm run dev` shows the page with a studio that runs beside it.
  server: { proxy: { '/api': 'http://127.0.0.1:7860', '/ws': { target: 'ws://127.0.0.1:7860', ws: true } } },
  test: { include: ['src/**/*.test.ts'], environment: 'node', pool: 'threads', maxWorkers: 1 },
});
