/** What a machine can hold us to. Errors only: a warning is read by nobody. */
import stylistic from '@stylistic/eslint-plugin'
import tseslint from 'typescript-eslint'
import { ownLines } from './lib/own-lines.mjs'

const AMBIENT = [
  ['Date', 'now', 'clock.nowMs()'],
  ['Math', 'random', 'random.uint53()'],
  ['performance', 'now', 'clock.monotonicMs()'],
  ['AbortSignal', 'timeout', 'clock.deadline()'],
]
const AMBIENT_GLOBALS = {
  setTimeout: 'clock.after()',
  setInterval: 'every(clock, ...)',
  setImmediate: 'clock.after()',
  queueMicrotask: 'clock.after()',
  crypto: 'random.bytes(), or identity/crypto',
  process: 'what the host hands in',
  fetch: 'the network port',
  WebSocket: 'a Channel',
  console: 'logger',
}
const takeFrom = (use) => `Take it from the port instead: ${use}`

/** Where time, chance, disk and network come in. */
const ADAPTERS = [
  'app/base/clock.ts',
  'app/base/random.ts',
  'app/base/logger.ts',
  'app/network/libp2p/**',
  'app/network/libp2p.ts',
  'app/network/mdns.ts',
  'app/store/sqlite.ts',
  'app/identity/crypto.ts',
  'app/**/*worker.ts',
]
const TESTS = ['**/*.test.ts', '**/*.test.tsx', '**/*.contract.ts', '**/*.fixture.ts', '**/*.support.ts', '**/*.bench.ts', '**/testing/**', 'e2e/**']

const style = {
  plugins: { style: stylistic },
  rules: {
    'style/semi': ['error', 'never'],
    'style/quotes': ['error', 'single', { avoidEscape: true, allowTemplateLiterals: 'always' }],
    'style/max-len': ['error', { code: 140, ignoreUrls: true, ignoreRegExpLiterals: true, ignoreStrings: true, ignoreTemplateLiterals: true }],
    'style/no-trailing-spaces': 'error',
    'style/no-tabs': 'error',
    'style/eol-last': 'error',
    'style/no-multiple-empty-lines': ['error', { max: 1, maxEOF: 0 }],
  },
}

const shape = {
  plugins: { house: { rules: { 'own-lines': ownLines } } },
  rules: {
    'max-lines': ['error', { max: 400, skipBlankLines: true, skipComments: true }],
    'house/own-lines': ['error', { max: 70 }],
    // With all that is inside it: beyond this a factory is two rooms.
    'max-lines-per-function': ['error', { max: 170, skipBlankLines: true, skipComments: true }],
    'max-params': ['error', 4],
    'max-depth': ['error', 3],
    'no-empty': 'error',
    'no-var': 'error',
    'prefer-const': 'error',
    eqeqeq: ['error', 'always', { null: 'ignore' }],
    'no-unused-vars': ['error', { args: 'after-used', ignoreRestSiblings: true }],
    'no-console': 'off',
  },
}

const types = {
  files: ['**/*.ts', '**/*.tsx'],
  plugins: { '@typescript-eslint': tseslint.plugin },
  languageOptions: { parser: tseslint.parser, parserOptions: { projectService: true } },
  rules: {
    'no-unused-vars': 'off',
    '@typescript-eslint/no-unused-vars': ['error', { args: 'after-used', ignoreRestSiblings: true, caughtErrors: 'all' }],
    '@typescript-eslint/no-explicit-any': 'error',
    '@typescript-eslint/ban-ts-comment': 'error',
    '@typescript-eslint/consistent-type-imports': ['error', { disallowTypeAnnotations: false }],
    // A promise that nobody waits for swallows its error: `void` says that it is meant.
    '@typescript-eslint/no-floating-promises': ['error', { allowForKnownSafeCalls: [{ from: 'package', package: 'node:test', name: ['test', 'it', 'describe', 'suite'] }] }],
    '@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: false }],
  },
}

const codedErrors = { selector: "ThrowStatement > NewExpression[callee.name='Error']", message: 'Throw a coded error: new PeerError(code, details).' }

const peer = {
  files: ['app/**/*.ts'],
  ignores: [...ADAPTERS, ...TESTS],
  rules: {
    'no-restricted-properties': ['error', ...AMBIENT.map(([object, property, use]) => ({ object, property, message: takeFrom(use) }))],
    'no-restricted-globals': ['error', ...Object.entries(AMBIENT_GLOBALS).map(([name, use]) => ({ name, message: takeFrom(use) }))],
    'no-restricted-syntax': [
      'error',
      codedErrors,
      { selector: "NewExpression[callee.name='Date'][arguments.length=0]", message: takeFrom('clock.nowMs()') },
      { selector: "NewExpression[callee.object.name='Y'][callee.property.name='Doc']", message: 'Yjs draws its clientID from ambient chance: use the function of documents that sets it.' },
      { selector: "MemberExpression[object.name='globalThis']", message: 'Name the port instead of reaching around it.' },
    ],
  },
}

export default [
  { ignores: ['**/node_modules', 'dist', 'test-results', '**/*.d.ts'] },
  { files: ['**/*.{ts,tsx,mjs,cjs,js}'], ...style },
  { files: ['**/*.{ts,tsx,mjs,cjs,js}'], ...shape },
  types,
  peer,
  { files: ['main/**/*.ts'], ignores: [...TESTS, 'main/planted-bugs.ts', 'main/bench/**'], rules: { 'no-restricted-syntax': ['error', codedErrors] } },
  // A suite is one long list of cases: its length says nothing about any one function.
  { files: TESTS, rules: { 'max-lines-per-function': 'off', 'house/own-lines': 'off' } },
]
