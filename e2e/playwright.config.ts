/** Whole machines and real browsers, one test at a time: they share two cores and one kernel. */
import { defineConfig } from '@playwright/test'

export default defineConfig({
  testDir: 'specs',
  outputDir: '../test-results/e2e',
  workers: 1,
  retries: 0,
  fullyParallel: false,
  forbidOnly: process.env['CI'] !== undefined,
  timeout: 180_000,
  expect: { timeout: 20_000 },
  reporter: 'list',
  use: { trace: 'off' },
  projects: [
    { name: 'machines', testDir: 'specs/machines' },
    { name: 'screens', testDir: 'specs/screens' },
    { name: 'contract', testDir: 'contract' },
  ],
})
