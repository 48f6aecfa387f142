import assert from 'node:assert/strict'
import { test } from 'node:test'
import { matchTitles } from './match-titles.ts'

const notes = ['Café budget', 'Budget for May', 'Holiday'].map((title) => ({ title }))
const titles = (typed: string) => matchTitles(notes, typed).map(({ title }) => title)

test('nothing typed shows all as they came', () => assert.deepEqual(titles(' '), notes.map(({ title }) => title)))
test('words match in any order and without accents', () => assert.deepEqual(titles('budget cafe'), ['Café budget']))
test('a title that begins so comes first', () => assert.deepEqual(titles('budget'), ['Budget for May', 'Café budget']))
test('no match is an empty answer', () => assert.deepEqual(titles('xyz'), []))
