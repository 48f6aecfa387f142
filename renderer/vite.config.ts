/** Builds the screens to dist/renderer. One yjs only: two would not recognise each other's types. */
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

export default defineConfig({
  root: import.meta.dirname,
  base: './',
  plugins: [react()],
  resolve: { dedupe: ['yjs', 'y-protocols', 'y-prosemirror', 'react', 'react-dom'] },
  build: {
    outDir: '../dist/renderer',
    emptyOutDir: true,
    target: 'es2024',
    // Fonts and icons stay files: a data URL would be parsed with the styles at every start.
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 2000,
    modulePreload: { polyfill: false },
  },
})
