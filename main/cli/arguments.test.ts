import assert from 'node:assert/strict'
import { test } from 'node:test'
import { errorTable, type ErrorCode } from '../../app/base/errors.ts'
import { parseCommandLine, wholeOption } from './arguments.ts'
import { exitCodeOf } from './exit-codes.ts'
import { commands } from './run.ts'

const parse = (line: string) => {
  const { command, positionals, options } = parseCommandLine(commands, line.split(' ').filter((word) => word !== ''))
  return [command.words, ...positionals, ...Object.keys(options).sort()]
}

test('finds the command whatever stands around it', () => {
  assert.deepEqual(parse('--data-dir d workspace create Garden'), ['workspace create', 'Garden', 'data-dir'])
  assert.deepEqual(parse('workspace --json create --profile b Garden'), ['workspace create', 'Garden', 'json', 'profile'])
  assert.deepEqual(parse('doc append 12 -- --text'), ['doc append', '12', '--text'])
  assert.deepEqual(parse('serve --listen /ip4/1.2.3.4/tcp/1 --listen /ip4/1.2.3.4/tcp/2 --no-discovery'), ['serve', 'listen', 'no-discovery'])
  for (const line of ['', '--help', 'help', 'doc append --help']) assert.equal(parse(line)[0], 'help', line)
})

test('a mistake is named, and nothing is run', () => {
  const mistakes = ['fly', 'doc', 'doc fly', 'doc append 12', 'doc append 12 a b', 'status now', 'status --title x', 'status --fly', '--port', 'doc list --trash=yes', 'join']
  for (const line of mistakes) {
    assert.throws(() => parse(line), (error: { code?: string; details?: { hint?: string } }) => error.code === 'HOST_ARGUMENT_INVALID' && Boolean(error.details?.hint), line)
  }
})

test('a number is whole and within its limits', () => {
  assert.equal(wholeOption({ port: '80' }, 'port', 0, 100), 80)
  assert.equal(wholeOption({}, 'port', 0, 100), undefined)
  for (const port of ['', '-1', '101', '1.5', '0x10', '1e1', ' 1']) assert.throws(() => wholeOption({ port }, 'port', 0, 100), { code: 'HOST_ARGUMENT_INVALID' }, port)
})

test('no command is the beginning of another’s place, and each has its help', () => {
  assert.equal(new Set(commands.map(({ words }) => words)).size, commands.length)
  for (const { words, help } of commands) assert.ok(words.split(' ').length <= 2 && help.length > 5, words)
})

test('every code has an exit code, and none of them is that of success', () => {
  for (const code of Object.keys(errorTable) as ErrorCode[]) assert.ok([1, 2, 3, 4].includes(exitCodeOf(code)), code)
})
